#include "connect/datagen/field_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/duration.h"
#include "common/suggest.h"
#include "connect/formats.h"

namespace deltastream::connect::datagen {
namespace {

const std::vector<std::string> kAttributes = {"kind", "min", "max", "max-past", "length", "var-len", "start", "end", "null-rate"};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void collect_leaves(const std::string& name, const LogicalType& type, std::vector<std::string>& leaves) {
  if (type.id() != LogicalTypeId::STRUCT) {
    leaves.push_back(lower(name));
    return;
  }
  for (const auto& child : duckdb::StructType::GetChildTypes(type)) collect_leaves(name + "." + child.first, child.second, leaves);
}

template <class Number>
Status parse_number(const std::string& key, const std::string& text, Number& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return {};
  return invalid_argument(fmt::format("option 'fields.{}' must be a number, not '{}'", key, text));
}

Status set_attribute(const std::string& key, const std::string& attribute, const std::string& value, FieldOptions& field) {
  if (attribute == "min") field.min = value;
  if (attribute == "max") field.max = value;
  if (attribute == "start") return parse_number(key, value, field.start);
  if (attribute == "end") return parse_number(key, value, field.end);
  if (attribute == "kind") {
    field.sequence = value == "sequence";
    if (value == "sequence" || value == "random") return {};
    return invalid_argument(fmt::format("option 'fields.{}' must be random or sequence, not '{}'", key, value));
  }
  if (attribute == "length") {
    DS_RETURN_IF_ERROR(parse_number(key, value, field.length));
    if (field.length < 1 || field.length > 1'000'000) {
      return invalid_argument(fmt::format("option 'fields.{}' must be between 1 and 1000000, not '{}'", key, value));
    }
  }
  if (attribute == "var-len") {
    field.variable_length = same_name(value, "true");
    if (!field.variable_length && !same_name(value, "false")) {
      return invalid_argument(fmt::format("option 'fields.{}' must be true or false, not '{}'", key, value));
    }
  }
  if (attribute == "null-rate") {
    DS_RETURN_IF_ERROR(parse_number(key, value, field.null_rate));
    if (!(field.null_rate >= 0 && field.null_rate <= 1)) {
      return invalid_argument(fmt::format("option 'fields.{}' must be between 0 and 1, not '{}'", key, value));
    }
  }
  if (attribute == "max-past") {
    auto parsed = parse_duration_us(value);
    if (!parsed.ok()) return invalid_argument(fmt::format("option 'fields.{}' must be a duration: {}", key, parsed.error().message()));
    field.max_past_us = *parsed;
  }
  return {};
}

}  // namespace

Result<std::map<std::string, FieldOptions>> field_options(const engine::TableDefinition& table, const Options& options) {
  std::vector<std::string> leaves;
  for (const auto& column : table.columns) {
    if (column.kind == engine::ColumnKind::kPhysical) collect_leaves(column.name, column.type, leaves);
  }
  std::map<std::string, FieldOptions> fields;
  std::map<std::string, int> sequence_ends;
  for (const auto& [key, value] : options.with_prefix("fields.")) {
    const size_t dot = key.rfind('.');
    const std::string attribute = dot == std::string::npos ? "" : key.substr(dot + 1);
    if (std::find(kAttributes.begin(), kAttributes.end(), attribute) == kAttributes.end()) {
      const std::string nearest = nearest_name(attribute, kAttributes);
      return invalid_argument(fmt::format("unknown option 'fields.{}'{}", key,
                                          nearest.empty() ? "; a field has kind, min, max, max-past, length, var-len, start, end, null-rate"
                                                          : fmt::format("; did you mean 'fields.{}.{}'?", key.substr(0, dot), nearest)));
    }
    const std::string name = lower(key.substr(0, dot));
    if (std::find(leaves.begin(), leaves.end(), name) == leaves.end()) {
      const std::string nearest = nearest_name(name, leaves);
      return invalid_argument(fmt::format("option 'fields.{}': the table has no column '{}'{}", key, key.substr(0, dot),
                                          nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
    }
    DS_RETURN_IF_ERROR(set_attribute(key, attribute, value, fields[name]));
    if (attribute == "start" || attribute == "end") sequence_ends[name]++;
  }
  for (const auto& [name, field] : fields) {
    if (!field.sequence) continue;
    if (sequence_ends[name] != 2) return invalid_argument(fmt::format("the sequence '{0}' needs 'fields.{0}.start' and 'fields.{0}.end'", name));
    if (field.start > field.end) return invalid_argument(fmt::format("the sequence '{}' starts at {}, after its end {}", name, field.start, field.end));
  }
  return fields;
}

std::optional<int64_t> row_limit(const Options& options, const std::map<std::string, FieldOptions>& fields) {
  std::optional<int64_t> limit;
  if (options.has("number-of-rows")) limit = options.integer("number-of-rows");
  for (const auto& [name, field] : fields) {
    if (!field.sequence) continue;
    const auto rows = static_cast<uint64_t>(field.end) - static_cast<uint64_t>(field.start);
    const int64_t length = rows >= static_cast<uint64_t>(INT64_MAX) ? INT64_MAX : static_cast<int64_t>(rows) + 1;
    limit = std::min(limit.value_or(INT64_MAX), length);
  }
  return limit;
}

bool is_bounded(const Options& options) {
  if (options.has("number-of-rows")) return true;
  for (const auto& [key, value] : options.with_prefix("fields.")) {
    if (value == "sequence" && key.size() > 5 && key.compare(key.size() - 5, 5, ".kind") == 0) return true;
  }
  return false;
}

}  // namespace deltastream::connect::datagen

#include "connect/kafka/record_layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "connect/formats.h"

namespace deltastream::connect::kafka {
namespace {

std::vector<std::string> split_fields(const std::string& text) {
  std::vector<std::string> fields;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(';', begin), text.size());
    if (end > begin) fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

Status read_part(const Options& options, const std::string& side, RecordPart& part) {
  part.option_prefix = side + part.format;
  part.options = format_options(options, part.option_prefix);
  auto skip = part.options.find("ignore-parse-errors");
  part.skip_malformed = skip != part.options.end() && same_name(skip->second, "true");
  return {};
}

Result<std::vector<std::string>> key_columns(const engine::TableDefinition& table, const Options& options) {
  std::vector<std::string> result;
  for (const std::string& field : split_fields(options.get("key.fields"))) {
    const engine::ColumnDefinition* column = table.find_column(field);
    if (!column || column->kind != engine::ColumnKind::kPhysical) {
      return invalid_argument(fmt::format("option 'key.fields' names '{}', which is no physical column", field));
    }
    result.push_back(column->name);
  }
  return result;
}

Status check_prefix(const Options& options, const RecordLayout& layout) {
  const std::string& prefix = layout.key_prefix;
  if (prefix.empty()) return {};
  if (options.get("value.fields-include") != "EXCEPT_KEY") {
    return invalid_argument("'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY': the prefix stands in no record");
  }
  for (const std::string& column : layout.key.columns) {
    if (column.size() > prefix.size() && column.compare(0, prefix.size(), prefix) == 0) continue;
    return invalid_argument(fmt::format("all fields of 'key.fields' must begin with 'key.fields-prefix' = '{}', but '{}' does not", prefix, column));
  }
  return {};
}

}  // namespace

Result<RecordLayout> record_layout(const engine::TableDefinition& table, const Options& options) {
  RecordLayout layout;
  if (options.has("format") == options.has("value.format")) {
    return invalid_argument(options.has("format") ? "'format' and 'value.format' are the same; give one of them"
                                                  : "connector 'kafka' needs the option 'format' (or 'value.format')");
  }
  layout.value.format = options.get(options.has("format") ? "format" : "value.format");
  DS_RETURN_IF_ERROR(read_part(options, options.has("format") ? "" : "value.", layout.value));
  if (options.has("key.format") != options.has("key.fields")) {
    return invalid_argument(options.has("key.format") ? "'key.format' needs 'key.fields'" : "'key.fields' needs 'key.format'");
  }
  if (options.has("key.format")) {
    layout.key.format = options.get("key.format");
    layout.key_prefix = options.get("key.fields-prefix");
    DS_ASSIGN_OR_RETURN(layout.key.columns, key_columns(table, options));
    DS_RETURN_IF_ERROR(read_part(options, "key.", layout.key));
    DS_RETURN_IF_ERROR(check_prefix(options, layout));
  }
  const bool except_key = options.get("value.fields-include") == "EXCEPT_KEY";
  for (const engine::ColumnDefinition& column : table.columns) {
    if (column.kind != engine::ColumnKind::kPhysical) continue;
    if (except_key && contains_name(layout.key.columns, column.name)) continue;
    layout.value.columns.push_back(column.name);
  }
  if (layout.value.format == "csv") layout.value.options["columns"] = fmt::format("{}", fmt::join(layout.value.columns, ","));
  if (layout.key.format == "csv") {
    std::vector<std::string> fields;
    for (const std::string& column : layout.key.columns) fields.push_back(layout.key_field(column));
    layout.key.options["columns"] = fmt::format("{}", fmt::join(fields, ","));
  }
  return layout;
}

}  // namespace deltastream::connect::kafka

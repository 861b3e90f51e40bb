// Validation of WITH options against the rows of their connector, and typed access to what passed.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/duration.h"
#include "common/suggest.h"
#include "connect/table.h"

namespace deltastream::connect {
namespace {

std::string place(engine::SourcePosition position) {
  return position.line == 0 ? "" : fmt::format(" (line {}, column {})", position.line, position.column);
}

bool is_wildcard(const OptionRow& row) { return !row.key.empty() && row.key.back() == '*'; }

bool matches(const OptionRow& row, std::string_view key) {
  if (!is_wildcard(row)) return row.key == key;
  std::string_view prefix = row.key.substr(0, row.key.size() - 1);
  return key.size() > prefix.size() && key.substr(0, prefix.size()) == prefix;
}

const OptionRow* find_row(std::span<const OptionRow> rows, std::string_view key) {
  // An exact row wins over a wildcard that would also take the key.
  const OptionRow* wild = nullptr;
  for (const OptionRow& row : rows) {
    if (!matches(row, key)) continue;
    if (!is_wildcard(row)) return &row;
    wild = &row;
  }
  return wild;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::optional<int64_t> parse_integer(std::string_view text) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "64 kb", "128mb", "1 g", "1024" (bytes), as Flink writes memory sizes: powers of 1024.
std::optional<int64_t> parse_memory(std::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits]))) digits++;
  auto number = parse_integer(text.substr(0, digits));
  if (!number) return std::nullopt;
  std::string unit = lower(text.substr(digits));
  unit.erase(0, unit.find_first_not_of(' ') == std::string::npos ? unit.size() : unit.find_first_not_of(' '));
  int shift = -1;
  if (unit.empty() || unit == "b" || unit == "bytes") shift = 0;
  if (unit == "k" || unit == "kb" || unit == "kib") shift = 10;
  if (unit == "m" || unit == "mb" || unit == "mib") shift = 20;
  if (unit == "g" || unit == "gb" || unit == "gib") shift = 30;
  if (unit == "t" || unit == "tb" || unit == "tib") shift = 40;
  if (shift < 0 || *number > (INT64_MAX >> shift)) return std::nullopt;
  return *number << shift;
}

std::vector<std::string> enum_values(const OptionRow& row) {
  std::vector<std::string> values;
  std::string_view rest = row.values;
  for (;;) {
    size_t bar = rest.find('|');
    values.emplace_back(rest.substr(0, bar));
    if (bar == std::string_view::npos) return values;
    rest.remove_prefix(bar + 1);
  }
}

// The value as Options keeps it, or why it does not fit.
Result<std::string> checked_value(const OptionRow& row, const std::string& value) {
  switch (row.type) {
    case OptionType::kString: return value;
    case OptionType::kInteger:
      if (parse_integer(value)) return value;
      return invalid_argument(fmt::format("must be an integer, not '{}'", value));
    case OptionType::kBoolean: {
      std::string word = lower(value);
      if (word == "true" || word == "false") return word;
      return invalid_argument(fmt::format("must be 'true' or 'false', not '{}'", value));
    }
    case OptionType::kDuration: {
      auto parsed = parse_duration_us(value);
      if (!parsed.ok()) return invalid_argument("must be a duration: " + parsed.error().message());
      return std::to_string(*parsed);
    }
    case OptionType::kMemory:
      if (auto bytes = parse_memory(value)) return std::to_string(*bytes);
      return invalid_argument(fmt::format("must be a memory size like '64 mb', not '{}'", value));
    case OptionType::kEnum: break;
  }
  std::vector<std::string> values = enum_values(row);
  if (std::find(values.begin(), values.end(), value) != values.end()) return value;
  std::string nearest = nearest_name(value, values);
  return invalid_argument(fmt::format("must be one of {}, not '{}'{}", fmt::join(values, ", "), value,
                                      nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
}

Error unknown_option(const engine::TableDefinition& table, const engine::TableOption& option, const Connector& connector) {
  std::vector<std::string> known = {"connector"};
  for (const OptionRow& row : connector.options) {
    if (!is_wildcard(row)) known.emplace_back(row.key);
  }
  std::string nearest = nearest_name(option.key, known);
  auto elsewhere = std::find_if(connector.elsewhere.begin(), connector.elsewhere.end(), [&](const auto& other) { return other.key == option.key; });
  std::string hint = elsewhere != connector.elsewhere.end() ? fmt::format(": {}", elsewhere->hint)
                     : nearest.empty() ? fmt::format("; it knows {}", fmt::join(known, ", ")) : fmt::format("; did you mean '{}'?", nearest);
  return invalid_argument(fmt::format("table '{}'{}: unknown option '{}' of connector '{}'{}", table.name, place(option.position),
                                      option.key, connector.name, hint));
}

}  // namespace

bool Options::has(std::string_view key) const { return values_.count(std::string(key)) > 0; }

std::string Options::get(std::string_view key) const {
  if (auto given = values_.find(std::string(key)); given != values_.end()) return given->second;
  auto fallback = defaults_.find(std::string(key));
  return fallback == defaults_.end() ? "" : fallback->second;
}

int64_t Options::integer(std::string_view key) const { return parse_integer(get(key)).value_or(0); }
bool Options::boolean(std::string_view key) const { return get(key) == "true"; }
// Durations and memory sizes are kept as the number that validation made of them.
int64_t Options::duration_us(std::string_view key) const { return integer(key); }
int64_t Options::memory_bytes(std::string_view key) const { return integer(key); }

std::unordered_map<std::string, std::string> Options::with_prefix(std::string_view prefix) const {
  std::unordered_map<std::string, std::string> result;
  for (const auto& [key, value] : values_) {
    if (key.size() > prefix.size() && key.compare(0, prefix.size(), prefix) == 0) result[key.substr(prefix.size())] = value;
  }
  return result;
}

Result<const Connector*> find_connector(const engine::TableDefinition& table) {
  std::vector<std::string> names;
  for (const Connector& connector : connectors()) names.emplace_back(connector.name);
  const engine::TableOption* option = table.find_option("connector");
  if (!option) {
    return invalid_argument(fmt::format("table '{}'{}: the option 'connector' is missing; known connectors: {}", table.name,
                                        place(table.position), fmt::join(names, ", ")));
  }
  for (const Connector& connector : connectors()) {
    if (connector.name == option->value) return &connector;
  }
  std::string nearest = nearest_name(option->value, names);
  return invalid_argument(fmt::format(
      "table '{}'{}: unknown connector '{}'; {}", table.name, place(option->position), option->value,
      nearest.empty() ? fmt::format("known connectors: {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", nearest)));
}

Result<Options> validate_options(const engine::TableDefinition& table) {
  DS_ASSIGN_OR_RETURN(const Connector* connector, find_connector(table));
  Options options;
  for (const OptionRow& row : connector->options) {
    if (row.default_value.empty()) continue;
    DS_ASSIGN_OR_RETURN(options.defaults_[std::string(row.key)], checked_value(row, std::string(row.default_value)));
  }
  for (const engine::TableOption& option : table.options) {
    if (option.key == "connector") continue;
    const OptionRow* row = find_row(connector->options, option.key);
    if (!row) return unknown_option(table, option, *connector);
    auto value = checked_value(*row, option.value);
    if (!value.ok()) {
      return Error(value.error().kind(),
                   fmt::format("table '{}'{}: option '{}' {}", table.name, place(option.position), option.key, value.error().message()));
    }
    if (!options.values_.emplace(option.key, *value).second) {
      return invalid_argument(fmt::format("table '{}'{}: option '{}' is given twice", table.name, place(option.position), option.key));
    }
  }
  for (const OptionRow& row : connector->options) {
    if (!row.required || options.has(row.key)) continue;
    return invalid_argument(fmt::format("table '{}'{}: connector '{}' needs the option '{}': {}", table.name, place(table.position),
                                        connector->name, row.key, row.help));
  }
  return options;
}

}  // namespace deltastream::connect

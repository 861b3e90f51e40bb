#include "connect/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace deltastream::connect {
namespace {

std::string cell(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string type_text(const OptionRow& row) {
  switch (row.type) {
    case OptionType::kString: return "text";
    case OptionType::kInteger: return "integer";
    case OptionType::kBoolean: return "boolean";
    case OptionType::kDuration: return "duration";
    case OptionType::kMemory: return "memory size";
    case OptionType::kEnum: break;
  }
  std::string values;
  for (char c : row.values) values += c == '|' ? std::string(", ") : std::string(1, c);
  return "one of " + values;
}

std::string directions(const Connector& connector) {
  if (connector.make_source && connector.make_sink) return "source and sink";
  return connector.make_source ? "source" : "sink";
}

std::string connector_as_markdown(const Connector& connector) {
  std::string text = fmt::format("\n## {}\n{} ({}; {}).\n", connector.name, connector.help, directions(connector), connector.guarantee);
  if (!connector.metadata_columns.empty()) {
    std::string names;
    for (char c : connector.metadata_columns) names += c == ',' ? std::string("`, `") : std::string(1, c);
    text += fmt::format("\nMetadata columns: `{}`.\n", names);
  }
  if (connector.options.empty()) return text + "\nNo options.\n";
  text += "\n| option | value | default | meaning |\n|---|---|---|---|\n";
  for (const OptionRow& row : connector.options) {
    std::string fallback = row.required ? "(required)" : row.default_value.empty() ? "" : fmt::format("`{}`", cell(row.default_value));
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.key, type_text(row), fallback, cell(row.help));
  }
  return text;
}

Error without(const engine::TableDefinition& table, const Connector& connector, std::string_view role) {
  return unsupported(
      fmt::format("table '{}': connector '{}' is no {}; it is a {}", table.name, connector.name, role, directions(connector)));
}

}  // namespace

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const ConnectorContext& context) {
  DS_ASSIGN_OR_RETURN(const Connector* connector, find_connector(table));
  if (!connector->make_source) return without(table, *connector, "source");
  DS_ASSIGN_OR_RETURN(Options options, validate_options(table));
  return connector->make_source(table, options, context);
}

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const ConnectorContext& context) {
  DS_ASSIGN_OR_RETURN(const Connector* connector, find_connector(table));
  if (!connector->make_sink) return without(table, *connector, "sink");
  DS_ASSIGN_OR_RETURN(Options options, validate_options(table));
  return connector->make_sink(table, options, context);
}

Result<bool> is_bounded(const engine::TableDefinition& table) {
  DS_ASSIGN_OR_RETURN(const Connector* connector, find_connector(table));
  if (!connector->bounded) return without(table, *connector, "source");
  DS_ASSIGN_OR_RETURN(Options options, validate_options(table));
  return connector->bounded(options);
}

std::string options_as_markdown() {
  std::string text =
      "# Connectors\n"
      "Generated from the option tables in `src/connect`; `unit.connect` compares. Every table names its connector in the option\n"
      "`connector`. Options that are not listed are refused. Durations are written like `500 ms`, `10 s`, `1 min`; memory sizes like\n"
      "`64 kb`, `128 mb`. Relative paths start at the folder of the pipeline file.\n";
  for (const Connector& connector : connectors()) text += connector_as_markdown(connector);
  return text;
}

}  // namespace deltastream::connect

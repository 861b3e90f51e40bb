#include "cli/describe.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace deltastream::cli {
namespace {

using Row = std::vector<std::string>;

// Columns side by side, as wide as they need.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); i++) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); i++) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  return text;
}

std::string extras(const engine::ColumnDefinition& column) {
  switch (column.kind) {
    case engine::ColumnKind::kPhysical: return "";
    case engine::ColumnKind::kComputed: return "AS " + column.expression;
    case engine::ColumnKind::kMetadata:
      return fmt::format("METADATA FROM '{}'{}", column.metadata_key, column.metadata_virtual ? " VIRTUAL" : "");
  }
  return "";
}

}  // namespace

Result<std::string> show_text(const engine::ShowStatement& show, const engine::Catalog& catalog) {
  std::string text;
  if (show.what == "tables") {
    for (const auto& [key, table] : catalog.tables()) text += table.name + "\n";
    for (const auto& [key, view] : catalog.views()) text += view.name + "\n";
    return text;
  }
  if (show.what == "views") {
    for (const auto& [key, view] : catalog.views()) text += view.name + "\n";
    return text;
  }
  if (show.what == "create table") {
    DS_ASSIGN_OR_RETURN(const engine::TableDefinition* table, catalog.table(show.name));
    return engine::create_statement(*table) + ";\n";
  }
  if (show.what == "create view") {
    const engine::ViewDefinition* view = catalog.find_view(show.name);
    if (!view) return not_found(fmt::format("view '{}' is not declared", show.name));
    return engine::create_statement(*view) + ";\n";
  }
  return unsupported(fmt::format("SHOW {} (functions are DuckDB's: deltastream sql -c 'SELECT * FROM duckdb_functions()')", show.what));
}

std::string describe_table(const engine::TableDefinition& table) {
  std::vector<Row> rows = {{"name", "type", "null", "key", "extras", "watermark"}};
  for (const engine::ColumnDefinition& column : table.columns) {
    bool key = std::find(table.primary_key.begin(), table.primary_key.end(), column.name) != table.primary_key.end();
    bool time = table.watermark && table.find_column(table.watermark->column) == &column;
    std::string type = column.declared_type.empty() ? engine::type_to_flink(column.type) : column.declared_type;
    rows.push_back({column.name, type, column.nullable && !key ? "TRUE" : "FALSE", key ? "PRI" : "", extras(column),
                    time ? table.watermark->expression : ""});
  }
  return aligned(rows);
}

std::string describe_view(const engine::ViewDefinition& view, const engine::StreamPlan& plan) {
  std::vector<Row> rows = {{"name", "type"}};
  for (size_t i = 0; i < plan.names.size(); i++) {
    rows.push_back({i < view.columns.size() ? view.columns[i] : plan.names[i], engine::type_to_flink(plan.root->types[i])});
  }
  return aligned(rows);
}

}  // namespace deltastream::cli

#include "cli/describe.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal.h"
#include "engine/function_names.h"

namespace deltastream::cli {
namespace {

using Row = std::vector<std::string>;

// Columns side by side, as wide as they need.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); i++) widths[i] = std::max(widths[i], shown_width(row[i]));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); i++) line += padded(row[i], widths[i], false) + "  ";
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  return text;
}

bool fits(const std::string& name, const std::optional<engine::NamePattern>& pattern) { return !pattern || pattern->fits(name); }

// A name a line.
std::string listed(const std::vector<std::string>& names, const std::optional<engine::NamePattern>& pattern) {
  std::string text;
  for (const std::string& name : names) {
    if (fits(name, pattern)) text += name + "\n";
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
  std::vector<std::string> names;
  if (show.what == "tables") {
    for (const auto& [key, table] : catalog.tables()) names.push_back(table.name);
  }
  if (show.what == "tables" || show.what == "views") {
    for (const auto& [key, view] : catalog.views()) names.push_back(view.name);
    std::sort(names.begin(), names.end());
    return listed(names, show.pattern);
  }
  if (show.what == "functions") {
    DS_ASSIGN_OR_RETURN(names, engine::function_names());
    return listed(names, show.pattern);
  }
  if (show.what == "catalogs") return listed({"default_catalog"}, show.pattern);
  if (show.what == "databases") return listed({"default_database"}, show.pattern);
  if (show.what == "user functions") return std::string();
  if (show.what == "create table") {
    DS_ASSIGN_OR_RETURN(const engine::TableDefinition* table, catalog.table(show.name));
    return engine::create_statement(*table) + ";\n";
  }
  DS_ASSIGN_OR_RETURN(const engine::ViewDefinition* view, catalog.view(show.name));
  return engine::create_statement(*view) + ";\n";
}

std::string describe_table(const engine::DescribeStatement& describe, const engine::TableDefinition& table) {
  std::vector<Row> rows = {{"name", "type", "null", "key", "extras", "watermark"}};
  for (const engine::ColumnDefinition& column : table.columns) {
    if (!fits(column.name, describe.columns)) continue;
    bool key = std::find(table.primary_key.begin(), table.primary_key.end(), column.name) != table.primary_key.end();
    bool time = table.watermark && table.find_column(table.watermark->column) == &column;
    std::string type = column.declared_type.empty() ? engine::type_to_flink(column.type) : column.declared_type;
    if (constexpr std::string_view kNotNull = " NOT NULL"; type.ends_with(kNotNull)) type.resize(type.size() - kNotNull.size());  // a column of its own says it
    if (time) type += " *ROWTIME*";
    rows.push_back({column.name, type, column.nullable && !key ? "TRUE" : "FALSE", key ? fmt::format("PRI({})", fmt::join(table.primary_key, ", ")) : "",
                    extras(column), time ? table.watermark->expression : ""});
  }
  return aligned(rows);
}

std::string describe_view(const engine::DescribeStatement& describe, const engine::ViewDefinition& view, const engine::StreamPlan& plan) {
  std::vector<Row> rows = {{"name", "type"}};
  for (size_t i = 0; i < plan.names.size(); i++) {
    const std::string& name = i < view.columns.size() ? view.columns[i] : plan.names[i];
    if (fits(name, describe.columns)) rows.push_back({name, engine::type_to_flink(plan.root->types[i])});
  }
  return aligned(rows);
}

}  // namespace deltastream::cli

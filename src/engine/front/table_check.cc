#include <set>

#include <fmt/format.h>

#include "common/suggest.h"
#include "engine/front/create_parser.h"
#include "engine/front/names.h"

namespace deltastream::engine::front {
namespace {

Result<const ColumnDefinition*> find(const TableDefinition& table, const std::string& name, std::string_view use) {
  if (const ColumnDefinition* column = table.find_column(name)) return column;
  std::vector<std::string> known;
  for (const ColumnDefinition& column : table.columns) known.push_back(column.name);
  std::string nearest = nearest_name(name, known);
  return invalid_argument(fmt::format("table '{}' has no column '{}', which its {} names{}", table.name, name, use,
                                      nearest.empty() ? "" : fmt::format(" (did you mean '{}'?)", nearest)));
}

Status check_columns(const TableDefinition& table) {
  std::set<std::string> seen;
  for (const ColumnDefinition& column : table.columns) {
    if (!seen.insert(lower_case(column.name)).second) {
      return invalid_argument(fmt::format("table '{}' has two columns '{}'", table.name, column.name));
    }
  }
  return {};
}

Status check_watermark(const TableDefinition& table) {
  DS_ASSIGN_OR_RETURN(const ColumnDefinition* column, find(table, table.watermark->column, "WATERMARK"));
  bool time = column->type.id() == LogicalTypeId::TIMESTAMP || column->type.id() == LogicalTypeId::TIMESTAMP_TZ;
  if (column->kind != ColumnKind::kComputed && !time) {
    return invalid_argument(fmt::format("the WATERMARK of table '{}' is on the column '{}' of type {}; it needs TIMESTAMP or TIMESTAMP_LTZ",
                                        table.name, column->name, column->declared_type));
  }
  return {};
}

}  // namespace

Status check_table(const TableDefinition& table) {
  DS_RETURN_IF_ERROR(check_columns(table));
  if (table.watermark) DS_RETURN_IF_ERROR(check_watermark(table));
  std::set<std::string> used;
  for (const std::string& name : table.primary_key) {
    DS_ASSIGN_OR_RETURN(const ColumnDefinition* column, find(table, name, "PRIMARY KEY"));
    if (column->kind != ColumnKind::kPhysical) {
      return invalid_argument(fmt::format("the PRIMARY KEY of table '{}' names '{}', which is no physical column", table.name, name));
    }
    if (!used.insert(lower_case(name)).second) {
      return invalid_argument(fmt::format("the PRIMARY KEY of table '{}' names '{}' twice", table.name, name));
    }
  }
  used.clear();
  for (const std::string& name : table.partitioned_by) {
    DS_ASSIGN_OR_RETURN([[maybe_unused]] const ColumnDefinition* column, find(table, name, "PARTITIONED BY"));
    if (!used.insert(lower_case(name)).second) {
      return invalid_argument(fmt::format("PARTITIONED BY of table '{}' names '{}' twice", table.name, name));
    }
  }
  return {};
}

}  // namespace deltastream::engine::front

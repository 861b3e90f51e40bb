#include <fmt/format.h>

#include "engine/front/names.h"
#include "engine/script.h"

namespace deltastream::engine {
namespace {

std::string name_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + front::quoted_name(name);
  return text;
}

std::string column_text(const ColumnDefinition& column) {
  std::string text = front::quoted_name(column.name);
  if (column.kind == ColumnKind::kComputed) {
    text += " AS " + column.expression;
  } else {
    text += " " + (column.declared_type.empty() ? type_to_flink(column.type) : column.declared_type);
    bool said = column.declared_type.size() >= 4 && front::lower_case(column.declared_type).ends_with("null");
    if (!column.nullable && !said) text += " NOT NULL";
  }
  if (column.kind == ColumnKind::kMetadata) {
    text += " METADATA";
    if (column.metadata_key != column.name) text += " FROM " + front::quoted_text(column.metadata_key);
    if (column.metadata_virtual) text += " VIRTUAL";
  }
  if (!column.comment.empty()) text += " COMMENT " + front::quoted_text(column.comment);
  return text;
}

}  // namespace

std::string create_statement(const TableDefinition& table) {
  std::vector<std::string> elements;
  for (const ColumnDefinition& column : table.columns) elements.push_back(column_text(column));
  if (table.watermark) {
    elements.push_back(fmt::format("WATERMARK FOR {} AS {}", front::quoted_name(table.watermark->column), table.watermark->expression));
  }
  if (!table.primary_key.empty()) elements.push_back(fmt::format("PRIMARY KEY ({}) NOT ENFORCED", name_list(table.primary_key)));

  std::string text = fmt::format("CREATE {}TABLE {} (\n  {}\n)", table.temporary ? "TEMPORARY " : "", front::quoted_name(table.name),
                                 fmt::join(elements, ",\n  "));
  if (!table.comment.empty()) text += " COMMENT " + front::quoted_text(table.comment);
  if (!table.partitioned_by.empty()) text += fmt::format(" PARTITIONED BY ({})", name_list(table.partitioned_by));
  std::vector<std::string> options;
  for (const TableOption& option : table.options) {
    options.push_back(front::quoted_text(option.key) + " = " + front::quoted_text(option.value));
  }
  if (!options.empty()) text += fmt::format(" WITH (\n  {}\n)", fmt::join(options, ",\n  "));
  return text;
}

std::string create_statement(const ViewDefinition& view) {
  std::string columns = view.columns.empty() ? "" : fmt::format(" ({})", name_list(view.columns));
  return fmt::format("CREATE VIEW {}{} AS\n{}", front::quoted_name(view.name), columns, view.query);
}

}  // namespace deltastream::engine

#include "engine/delta_scan/filter_casts.h"

#include "common/chunk.h"
#include "duckdb/common/string_util.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/filter/expression_filter.hpp"
#include "duckdb/planner/filter/list.hpp"

namespace deltastream::engine {
namespace {

using duckdb::MultiFileColumnDefinition;
using duckdb::TableFilter;
using duckdb::TableFilterType;

// Constants go over unchanged, or the cast fails where they do not fit.
bool keeps_constants(const LogicalType& table, const LogicalType& file) {
  auto is_integer = [](const LogicalType& type) {
    return type.id() == LogicalTypeId::TINYINT || type.id() == LogicalTypeId::SMALLINT || type.id() == LogicalTypeId::INTEGER ||
           type.id() == LogicalTypeId::BIGINT;
  };
  return table == file || (is_integer(table) && is_integer(file));
}

const MultiFileColumnDefinition* in_file(const MultiFileColumnDefinition& column, const duckdb::vector<MultiFileColumnDefinition>& file_columns) {
  for (const auto& local : file_columns) {
    if (duckdb::StringUtil::CIEquals(local.name, column.GetIdentifierName())) return &local;
  }
  return nullptr;
}

bool casts_safely(const TableFilter& filter, const MultiFileColumnDefinition& column, const MultiFileColumnDefinition& local) {
  switch (filter.filter_type) {
    case TableFilterType::CONSTANT_COMPARISON:
    case TableFilterType::IN_FILTER: return keeps_constants(column.type, local.type);
    case TableFilterType::IS_NULL:
    case TableFilterType::IS_NOT_NULL: return true;
    case TableFilterType::CONJUNCTION_AND:
      for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
        if (!casts_safely(*child, column, local)) return false;
      }
      return true;
    case TableFilterType::CONJUNCTION_OR:
      for (const auto& child : filter.Cast<duckdb::ConjunctionOrFilter>().child_filters) {
        if (!casts_safely(*child, column, local)) return false;
      }
      return true;
    case TableFilterType::STRUCT_EXTRACT: {
      const auto& field = filter.Cast<duckdb::StructFilter>();
      if (field.child_idx >= column.children.size()) return false;
      const auto& child = column.children[field.child_idx];
      const auto* local_child = in_file(child, local.children);
      return local_child && casts_safely(*field.child_filter, child, *local_child);
    }
    default: return false;
  }
}

// Filters that the operators above apply again: they only save work.
bool is_optional(const TableFilter& filter) {
  return filter.filter_type == TableFilterType::OPTIONAL_FILTER || filter.filter_type == TableFilterType::DYNAMIC_FILTER ||
         filter.filter_type == TableFilterType::BLOOM_FILTER;
}

}  // namespace

duckdb::unique_ptr<TableFilter> filter_for_file(const TableFilter& filter, const MultiFileColumnDefinition& column,
                                                const duckdb::vector<MultiFileColumnDefinition>& file_columns) {
  const auto* local = in_file(column, file_columns);
  // Of the table's own type, or not in the file at all: then it is evaluated on the constant.
  if (!local || local->type == column.type) return filter.Copy();
  if (is_optional(filter)) {
    bool safe = filter.filter_type == TableFilterType::OPTIONAL_FILTER && filter.Cast<duckdb::OptionalFilter>().child_filter &&
                casts_safely(*filter.Cast<duckdb::OptionalFilter>().child_filter, column, *local);
    return safe ? filter.Copy() : nullptr;
  }
  if (filter.filter_type == TableFilterType::CONJUNCTION_AND) {
    auto kept = duckdb::make_uniq<duckdb::ConjunctionAndFilter>();
    for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
      if (!is_optional(*child)) kept->child_filters.push_back(child->Copy());
    }
    if (kept->child_filters.empty()) return nullptr;
    if (casts_safely(*kept, column, *local)) return kept;
    duckdb::BoundReferenceExpression value(column.type, 0ULL);
    return duckdb::make_uniq<duckdb::ExpressionFilter>(kept->ToExpression(value));
  }
  if (casts_safely(filter, column, *local) || filter.filter_type == TableFilterType::EXPRESSION_FILTER) return filter.Copy();
  duckdb::BoundReferenceExpression value(column.type, 0ULL);
  return duckdb::make_uniq<duckdb::ExpressionFilter>(filter.ToExpression(value));
}

}  // namespace deltastream::engine

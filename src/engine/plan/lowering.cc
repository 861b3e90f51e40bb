#include "engine/plan/lowering.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "duckdb/common/types/column/column_data_collection.hpp"

#include "engine/plan/failure.h"
#include "engine/plan/source_bind_data.h"

namespace deltastream::engine::plan {

using duckdb::ColumnBinding;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

namespace {

std::unique_ptr<PlanNode> make_node(NodeKind kind, const duckdb::vector<LogicalType>& types) {
  auto node = std::make_unique<PlanNode>();
  node->kind = kind;
  node->types.assign(types.begin(), types.end());
  return node;
}

std::vector<ColumnBinding> bindings_of(LogicalOperator& op) {
  auto bindings = op.GetColumnBindings();
  return {bindings.begin(), bindings.end()};
}

}  // namespace

void Lowering::refuse(const std::string& what, const duckdb::Expression* where) const {
  size_t place = where && where->GetQueryLocation().IsValid() ? where->GetQueryLocation().GetIndex() : query_;
  fail(unsupported(fmt::format("{} at {}", what, places_.show(place))));
}

Relation Lowering::lower(LogicalOperator& op) {
  switch (op.type) {
    case LogicalOperatorType::LOGICAL_GET: return lower_get(op.Cast<duckdb::LogicalGet>());
    case LogicalOperatorType::LOGICAL_FILTER: return lower_filter(op.Cast<duckdb::LogicalFilter>());
    case LogicalOperatorType::LOGICAL_PROJECTION: return lower_projection(op.Cast<duckdb::LogicalProjection>());
    case LogicalOperatorType::LOGICAL_UNION: return lower_union(op.Cast<duckdb::LogicalSetOperation>());
    case LogicalOperatorType::LOGICAL_EXPRESSION_GET: return lower_expressions(op.Cast<duckdb::LogicalExpressionGet>());
    case LogicalOperatorType::LOGICAL_CHUNK_GET: return lower_column_data(op.Cast<duckdb::LogicalColumnDataGet>());
    case LogicalOperatorType::LOGICAL_DUMMY_SCAN: return lower_constant(op, 1);
    case LogicalOperatorType::LOGICAL_EMPTY_RESULT: return lower_constant(op, 0);
    case LogicalOperatorType::LOGICAL_UNNEST: return lower_unnest(op.Cast<duckdb::LogicalUnnest>());
    case LogicalOperatorType::LOGICAL_DISTINCT: return lower_distinct(op.Cast<duckdb::LogicalDistinct>());
    case LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY: return lower_aggregate(op, op.Cast<duckdb::LogicalAggregate>().groups);
    case LogicalOperatorType::LOGICAL_COMPARISON_JOIN: return lower_comparison_join(op.Cast<duckdb::LogicalComparisonJoin>());
    case LogicalOperatorType::LOGICAL_ANY_JOIN: return lower_any_join(op.Cast<duckdb::LogicalAnyJoin>());
    case LogicalOperatorType::LOGICAL_CROSS_PRODUCT: return lower_cross_product(op);
    case LogicalOperatorType::LOGICAL_ORDER_BY: refuse("ORDER BY over a stream");
    case LogicalOperatorType::LOGICAL_TOP_N:
    case LogicalOperatorType::LOGICAL_LIMIT: refuse("LIMIT over a stream");
    case LogicalOperatorType::LOGICAL_WINDOW: refuse("OVER windows (ROW_NUMBER, RANK, SUM(…) OVER …)");
    case LogicalOperatorType::LOGICAL_EXCEPT: refuse("EXCEPT over streams");
    case LogicalOperatorType::LOGICAL_INTERSECT: refuse("INTERSECT over streams");
    case LogicalOperatorType::LOGICAL_DELIM_JOIN: return lower_lateral(op.Cast<duckdb::LogicalComparisonJoin>());
    case LogicalOperatorType::LOGICAL_DELIM_GET: return lower_delim_get(op.Cast<duckdb::LogicalDelimGet>());
    case LogicalOperatorType::LOGICAL_DEPENDENT_JOIN: refuse("a subquery that refers to the query around it");
    default: refuse(fmt::format("the operator {}", duckdb::LogicalOperatorToString(op.type)));
  }
}

Relation Lowering::project(Relation input, Expressions resolved, std::vector<ColumnBinding> bindings) const {
  duckdb::vector<LogicalType> types;
  for (const auto& expression : resolved) types.push_back(expression->return_type);
  Relation result;
  result.node = make_node(NodeKind::kProject, types);
  result.node->projection = make_projection(duckdb_, std::move(resolved));
  result.node->children.push_back(std::move(input.node));
  result.bindings = std::move(bindings);
  result.bounded = input.bounded;
  return result;
}

Relation Lowering::exact(Relation input) const {
  if (input.node->types.size() == input.bindings.size()) return input;
  Expressions columns;
  for (size_t i = 0; i < input.bindings.size(); i++) {
    columns.push_back(duckdb::make_uniq<duckdb::BoundReferenceExpression>(input.node->types[i], i));
  }
  auto bindings = input.bindings;
  return project(std::move(input), std::move(columns), std::move(bindings));
}

Relation Lowering::in_order(Relation input, LogicalOperator& op) const {
  auto wanted = bindings_of(op);
  if (input.bindings == wanted) return exact(std::move(input));
  Expressions columns;
  for (const ColumnBinding& binding : wanted) {
    auto found = std::find(input.bindings.begin(), input.bindings.end(), binding);
    if (found == input.bindings.end()) throw duckdb::InternalException("column %s is not in the lowered input", binding.ToString());
    size_t index = static_cast<size_t>(found - input.bindings.begin());
    columns.push_back(duckdb::make_uniq<duckdb::BoundReferenceExpression>(input.node->types[index], index));
  }
  return project(std::move(input), std::move(columns), std::move(wanted));
}

Relation Lowering::values(std::vector<LogicalType> types, std::vector<std::vector<Value>> rows, std::vector<ColumnBinding> bindings) const {
  Relation result;
  result.node = std::make_unique<PlanNode>();
  result.node->kind = NodeKind::kValues;
  result.node->types = std::move(types);
  result.node->rows = std::move(rows);
  result.bindings = std::move(bindings);
  return result;
}

SourceColumn source_column(const SourceTable& table, const duckdb::ColumnIndex& index, const LogicalType& type) {
  const ColumnDefinition& definition = *table.columns.at(index.GetPrimaryIndex());
  SourceColumn column;
  column.metadata = definition.kind == ColumnKind::kMetadata;
  column.nullable = definition.nullable;
  column.type = type;
  column.path.push_back(column.metadata && !definition.metadata_key.empty() ? definition.metadata_key : definition.name);
  const LogicalType* inside = &definition.type;
  for (const duckdb::ColumnIndex* at = &index; at->IsPushdownExtract() && at->HasChildren();) {
    at = &at->GetChildIndex(0);
    const auto& field = duckdb::StructType::GetChildTypes(*inside)[at->GetPrimaryIndex()];
    column.path.push_back(field.first);
    column.nullable = true;  // the ROW around may be absent
    inside = &field.second;
  }
  return column;
}

std::vector<SourceColumn> scan_columns(duckdb::LogicalGet& get) {
  const SourceTable& table = *get.bind_data->Cast<SourceBindData>().table;
  std::vector<SourceColumn> columns;
  for (const ColumnBinding& binding : get.GetColumnBindings()) {
    if (get.GetColumnIds().empty()) {
      columns.push_back(source_column(table, duckdb::ColumnIndex(0), get.returned_types[0]));
    } else {
      const duckdb::ColumnIndex& index = get.GetColumnIds()[binding.column_index];
      columns.push_back(source_column(table, index, get.GetColumnType(index)));
    }
  }
  return columns;
}

Relation Lowering::lower_get(duckdb::LogicalGet& get) {
  if (get.function.name == "unnest" && get.children.size() == 1) return lower_unnest_call(get);
  if (get.function.name != kSourceFunction) refuse(fmt::format("the table function {}", get.function.name));
  const SourceTable& table = *get.bind_data->Cast<SourceBindData>().table;
  Relation result;
  result.node = std::make_unique<PlanNode>();
  result.node->kind = NodeKind::kSource;
  result.node->table = table.definition->name;
  result.node->columns = scan_columns(get);
  result.bindings = bindings_of(get);
  result.bounded = table.bounded;
  if (table.definition->watermark && windows_above_ > 0) {
    BoundWatermark watermark = watermarks_(table);
    auto& columns = result.node->columns;
    std::vector<size_t> positions;
    for (SourceColumn& column : watermark.columns) {
      auto same = [&](const SourceColumn& c) { return c.path == column.path && c.metadata == column.metadata; };
      auto found = std::find_if(columns.begin(), columns.end(), same);
      positions.push_back(static_cast<size_t>(found - columns.begin()));
      if (found == columns.end()) columns.push_back(std::move(column));
    }
    duckdb::ExpressionIterator::VisitExpressionMutable<duckdb::BoundReferenceExpression>(
        watermark.expression, [&](duckdb::BoundReferenceExpression& reference, ExpressionPtr&) { reference.index = positions[reference.index]; });
    Expressions one;
    one.push_back(std::move(watermark.expression));
    result.node->watermark = make_projection(duckdb_, std::move(one));
  }
  for (const SourceColumn& column : result.node->columns) result.node->types.push_back(column.type);
  return result;
}

Relation Lowering::filtered(Relation input, Expressions conditions) const {
  Relation result;
  result.node = std::make_unique<PlanNode>();
  result.node->kind = NodeKind::kFilter;
  result.node->types = input.node->types;
  result.node->filter = make_filter(duckdb_, std::move(conditions));
  result.node->children.push_back(std::move(input.node));
  result.bindings = std::move(input.bindings);
  result.bounded = input.bounded;
  return result;
}

Relation Lowering::lower_filter(duckdb::LogicalFilter& filter) {
  Relation input = lower(*filter.children[0]);
  Expressions conditions;
  for (const auto& condition : filter.expressions) conditions.push_back(resolve(*condition, input.bindings));
  // filter.projection_map only leaves columns out, which nobody above refers to then.
  return filtered(std::move(input), std::move(conditions));
}

namespace {

bool trivial(const duckdb::Expression& expression) {
  return expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_COLUMN_REF ||
         expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_CONSTANT;
}

// Whether the expressions over a projection can take its expressions in without computing anything twice.
bool can_absorb(const std::vector<ExpressionPtr>& above, const duckdb::LogicalProjection& below) {
  std::map<duckdb::idx_t, size_t> uses;
  for (const auto& expression : above) {
    each_column(*expression, [&](const ColumnBinding& binding) { uses[binding.column_index]++; });
  }
  return std::all_of(uses.begin(), uses.end(), [&](const auto& use) {
    const duckdb::Expression& inner = *below.expressions[use.first];
    return !inner.IsVolatile() && (use.second == 1 || trivial(inner));
  });
}

}  // namespace

Relation Lowering::lower_projection(duckdb::LogicalProjection& projection) {
  if (lateral_) return lower_lateral_projection(projection);
  std::vector<ExpressionPtr> expressions;
  for (const auto& expression : projection.expressions) expressions.push_back(expression->Copy());
  LogicalOperator* below = projection.children[0].get();
  while (below->type == LogicalOperatorType::LOGICAL_PROJECTION && can_absorb(expressions, below->Cast<duckdb::LogicalProjection>())) {
    for (auto& expression : expressions) {
      replace_columns(expression, [&](const ColumnBinding& binding, const LogicalType&) { return below->expressions[binding.column_index]->Copy(); });
    }
    below = below->children[0].get();
  }
  Relation input = lower(*below);
  Expressions resolved;
  bool identity = expressions.size() == input.node->types.size();
  for (size_t i = 0; i < expressions.size(); i++) {
    resolved.push_back(resolve(*expressions[i], input.bindings));
    identity = identity && resolved[i]->GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF &&
               resolved[i]->Cast<duckdb::BoundReferenceExpression>().index == i;
  }
  auto bindings = bindings_of(projection);
  if (!identity) return project(std::move(input), std::move(resolved), std::move(bindings));
  input.bindings = std::move(bindings);
  return input;
}

Relation Lowering::lower_union(duckdb::LogicalSetOperation& set) {
  Relation result;
  result.node = make_node(NodeKind::kUnionAll, set.types);
  for (auto& child : set.children) {
    Relation input = in_order(lower(*child), *child);
    result.bounded = result.bounded && input.bounded;
    // a UNION ALL b UNION ALL c is one node.
    if (input.node->kind == NodeKind::kUnionAll) {
      for (auto& inner : input.node->children) result.node->children.push_back(std::move(inner));
    } else {
      result.node->children.push_back(std::move(input.node));
    }
  }
  result.bindings = bindings_of(set);
  return result;
}

Relation Lowering::lower_expressions(duckdb::LogicalExpressionGet& get) {
  Relation input = lower(*get.children[0]);
  bool one_row = input.node->kind == NodeKind::kValues && input.node->rows.size() == 1;
  if (!one_row) refuse("VALUES that refer to other columns");
  std::vector<std::vector<Value>> rows;
  for (const auto& row : get.expressions) {
    auto& list = rows.emplace_back();
    for (const auto& expression : row) {
      if (!expression->IsFoldable() && !expression->IsVolatile()) refuse("VALUES that are no constants", expression.get());
      list.push_back(duckdb::ExpressionExecutor::EvaluateScalar(duckdb_->context(), *expression, true));
    }
  }
  return values({get.expr_types.begin(), get.expr_types.end()}, std::move(rows), bindings_of(get));
}

Relation Lowering::lower_column_data(duckdb::LogicalColumnDataGet& get) {
  std::vector<std::vector<Value>> rows;
  for (auto& chunk : get.collection->Chunks()) {
    for (duckdb::idx_t row = 0; row < chunk.size(); row++) {
      auto& list = rows.emplace_back();
      for (auto& column : chunk.data) list.push_back(column.GetValue(row));
    }
  }
  return values({get.chunk_types.begin(), get.chunk_types.end()}, std::move(rows), bindings_of(get));
}

// SELECT without FROM has one row of a column that nobody reads; a filter that is never true has none.
Relation Lowering::lower_constant(LogicalOperator& op, size_t rows) {
  std::vector<LogicalType> types(op.types.begin(), op.types.end());
  std::vector<Value> row;
  for (const LogicalType& type : types) row.emplace_back(type);
  return values(std::move(types), std::vector<std::vector<Value>>(rows, row), bindings_of(op));
}

}  // namespace deltastream::engine::plan

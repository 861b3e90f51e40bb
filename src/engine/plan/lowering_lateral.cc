// FROM t, UNNEST(t.list): DuckDB evaluates such a right side once for each distinct list and joins back. Here the rows of the left side
// go through the operators of the right side themselves, which keep all columns that they get.

#include <algorithm>
#include <optional>

#include "engine/plan/lowering.h"

namespace deltastream::engine::plan {

using duckdb::LogicalOperatorType;

namespace {

// Operators that handle each row for itself, down to the DELIM_GET that stands for the left side.
bool row_by_row(const duckdb::LogicalOperator& op) {
  switch (op.type) {
    case LogicalOperatorType::LOGICAL_DELIM_GET: return true;
    case LogicalOperatorType::LOGICAL_PROJECTION:
    case LogicalOperatorType::LOGICAL_FILTER:
    case LogicalOperatorType::LOGICAL_UNNEST: return row_by_row(*op.children[0]);
    case LogicalOperatorType::LOGICAL_GET: return !op.children.empty() && row_by_row(*op.children[0]);  // UNNEST as a table function
    default: return false;
  }
}

// Which column of the DELIM_GET an expression is.
std::optional<size_t> repeated_column(const duckdb::Expression& expression, duckdb::LogicalOperator& op) {
  if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_COLUMN_REF) return std::nullopt;
  const auto& binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
  Definition definition = definition_of(binding, op);
  if (definition.expression) return repeated_column(*definition.expression, *definition.below);
  if (maker_of(binding, op)->type != LogicalOperatorType::LOGICAL_DELIM_GET) return std::nullopt;
  return binding.column_index;
}

// ROW_NUMBER() OVER (), which DuckDB adds to tell rows with equal lists apart.
bool numbers_rows(const duckdb::LogicalOperator& op) {
  if (op.type != LogicalOperatorType::LOGICAL_WINDOW || op.expressions.size() != 1) return false;
  auto& window = op.expressions[0]->Cast<duckdb::BoundWindowExpression>();
  return window.GetExpressionType() == duckdb::ExpressionType::WINDOW_ROW_NUMBER && window.partitions.empty() && window.orders.empty();
}

}  // namespace

// The rows beside the UNNEST. Their number is the same for all: no row meets the list of another.
Relation Lowering::lateral_rows(duckdb::LogicalOperator& op) {
  if (!numbers_rows(op)) return exact(lower(op));
  Relation rows = exact(lower(*op.children[0]));
  Expressions columns;
  auto bindings = rows.bindings;
  for (size_t i = 0; i < bindings.size(); i++) columns.push_back(duckdb::make_uniq<duckdb::BoundReferenceExpression>(rows.node->types[i], i));
  columns.push_back(duckdb::make_uniq<duckdb::BoundConstantExpression>(Value::BIGINT(0)));
  bindings.emplace_back(op.Cast<duckdb::LogicalWindow>().window_index, 0);
  return project(std::move(rows), std::move(columns), std::move(bindings));
}

Relation Lowering::lower_lateral(duckdb::LogicalComparisonJoin& join) {
  size_t right = row_by_row(*join.children[1]) ? 1 : 0;
  duckdb::LogicalOperator& lists = *join.children[right];
  bool inner = join.join_type == duckdb::JoinType::INNER && !join.predicate;
  if (!inner || lateral_ || !row_by_row(lists)) refuse("a subquery that refers to the query around it");
  Lateral lateral{lateral_rows(*join.children[1 - right]), &join};
  lateral_ = &lateral;
  Relation result = lower(lists);
  lateral_ = nullptr;
  // What ties each row to its own list holds by itself; other conditions remain as a filter.
  Expressions conditions;
  for (const auto& condition : join.conditions) {
    const duckdb::Expression &own = right == 1 ? *condition.left : *condition.right, &other = right == 1 ? *condition.right : *condition.left;
    auto repeated = repeated_column(other, lists);
    bool tie = repeated && condition.comparison == duckdb::ExpressionType::COMPARE_NOT_DISTINCT_FROM &&
               join.duplicate_eliminated_columns[*repeated]->Equals(own);
    if (tie) continue;
    conditions.push_back(duckdb::make_uniq<duckdb::BoundComparisonExpression>(condition.comparison, resolve(*condition.left, result.bindings),
                                                                             resolve(*condition.right, result.bindings)));
  }
  return conditions.empty() ? std::move(result) : filtered(std::move(result), std::move(conditions));
}

Relation Lowering::lower_delim_get(duckdb::LogicalDelimGet& get) {
  if (!lateral_ || lateral_->taken) refuse("a subquery that refers to the query around it");
  lateral_->taken = true;
  Relation rows = std::move(lateral_->rows);
  Expressions columns;
  auto bindings = rows.bindings;
  for (size_t i = 0; i < bindings.size(); i++) columns.push_back(duckdb::make_uniq<duckdb::BoundReferenceExpression>(rows.node->types[i], i));
  const auto& repeated = lateral_->join->duplicate_eliminated_columns;
  for (size_t i = 0; i < repeated.size(); i++) {
    columns.push_back(resolve(*repeated[i], rows.bindings));
    bindings.emplace_back(get.table_index, i);
  }
  return project(std::move(rows), std::move(columns), std::move(bindings));
}

Relation Lowering::lower_lateral_projection(duckdb::LogicalProjection& projection) {
  Relation input = exact(lower(*projection.children[0]));
  Expressions columns;
  auto bindings = input.bindings;
  for (size_t i = 0; i < bindings.size(); i++) columns.push_back(duckdb::make_uniq<duckdb::BoundReferenceExpression>(input.node->types[i], i));
  for (size_t i = 0; i < projection.expressions.size(); i++) {
    columns.push_back(resolve(*projection.expressions[i], input.bindings));
    bindings.emplace_back(projection.table_index, i);
  }
  return project(std::move(input), std::move(columns), std::move(bindings));
}

}  // namespace deltastream::engine::plan

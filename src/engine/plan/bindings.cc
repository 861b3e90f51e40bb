#include "engine/plan/bindings.h"

#include <algorithm>

#include "duckdb/planner/expression_iterator.hpp"

#include "engine/plan/source_bind_data.h"
#include "engine/plan/window_functions.h"

namespace deltastream::engine::plan {

using duckdb::ColumnBinding;
using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

void replace_columns(ExpressionPtr& expression, const std::function<ExpressionPtr(const ColumnBinding&, const LogicalType&)>& replace) {
  if (expression->GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
    auto& reference = expression->Cast<duckdb::BoundColumnRefExpression>();
    if (ExpressionPtr replaced = replace(reference.binding, reference.return_type)) {
      replaced->SetAlias(expression->GetAlias());
      expression = std::move(replaced);
    }
    return;
  }
  duckdb::ExpressionIterator::EnumerateChildren(*expression, [&](ExpressionPtr& child) { replace_columns(child, replace); });
}

void each_column(const Expression& expression, const std::function<void(const ColumnBinding&)>& visit) {
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
    visit(expression.Cast<duckdb::BoundColumnRefExpression>().binding);
    return;
  }
  duckdb::ExpressionIterator::EnumerateChildren(expression, [&](const Expression& child) { each_column(child, visit); });
}

namespace {

void take_marks_off(ExpressionPtr& expression) {
  while (as_call(*expression, kRowtimeFunction)) {
    ExpressionPtr inner = std::move(expression->Cast<duckdb::BoundFunctionExpression>().children[0]);
    inner->SetAlias(expression->GetAlias());
    expression = std::move(inner);
  }
  duckdb::ExpressionIterator::EnumerateChildren(*expression, [&](ExpressionPtr& child) { take_marks_off(child); });
}

}  // namespace

ExpressionPtr resolve(const Expression& expression, const std::vector<ColumnBinding>& bindings) {
  ExpressionPtr copy = expression.Copy();
  take_marks_off(copy);
  replace_columns(copy, [&](const ColumnBinding& binding, const LogicalType& type) -> ExpressionPtr {
    auto found = std::find(bindings.begin(), bindings.end(), binding);
    if (found == bindings.end()) throw duckdb::InternalException("column %s is not in the input", binding.ToString());
    return duckdb::make_uniq<duckdb::BoundReferenceExpression>(type, static_cast<duckdb::idx_t>(found - bindings.begin()));
  });
  return copy;
}

const Expression* as_call(const Expression& expression, const char* function) {
  bool call = expression.GetExpressionClass() == ExpressionClass::BOUND_FUNCTION &&
              expression.Cast<duckdb::BoundFunctionExpression>().function.name == function;
  return call ? &expression : nullptr;
}

const Expression& argument(const Expression& call, size_t index) { return *call.Cast<duckdb::BoundFunctionExpression>().children[index]; }

namespace {

// The child whose output holds the binding.
LogicalOperator* child_with(const ColumnBinding& binding, LogicalOperator& op) {
  for (auto& child : op.children) {
    auto bindings = child->GetColumnBindings();
    if (std::find(bindings.begin(), bindings.end(), binding) != bindings.end()) return child.get();
  }
  return nullptr;
}

}  // namespace

Definition definition_of(const ColumnBinding& binding, LogicalOperator& op) {
  switch (op.type) {
    case LogicalOperatorType::LOGICAL_PROJECTION:
      if (op.Cast<duckdb::LogicalProjection>().table_index == binding.table_index) {
        return {op.expressions[binding.column_index].get(), op.children[0].get()};
      }
      return {};
    case LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY: {
      auto& aggregate = op.Cast<duckdb::LogicalAggregate>();
      if (binding.table_index != aggregate.group_index) return {};
      return {aggregate.groups[binding.column_index].get(), op.children[0].get()};
    }
    case LogicalOperatorType::LOGICAL_GET:
    case LogicalOperatorType::LOGICAL_UNION: return {};
    default: {
      LogicalOperator* child = child_with(binding, op);
      return child ? definition_of(binding, *child) : Definition{};
    }
  }
}

LogicalOperator* maker_of(const ColumnBinding& binding, LogicalOperator& op) {
  LogicalOperator* child = child_with(binding, op);
  return child ? maker_of(binding, *child) : &op;
}

namespace {

TimeAttribute trace_union(const ColumnBinding& binding, LogicalOperator& op) {
  TimeAttribute result;
  for (auto& child : op.children) {
    duckdb::BoundColumnRefExpression reference(LogicalType::TIMESTAMP, child->GetColumnBindings()[binding.column_index]);
    result = trace_time(reference, *child);
    if (!result.found) break;
  }
  return result;
}

TimeAttribute origin(const ColumnBinding& binding, LogicalOperator& op) {
  TimeAttribute result;
  if (op.type != LogicalOperatorType::LOGICAL_GET) return result;
  auto& get = op.Cast<duckdb::LogicalGet>();
  if (get.function.name != kSourceFunction) return result;
  const SourceTable& table = *get.bind_data->Cast<SourceBindData>().table;
  size_t column = get.GetColumnIds()[binding.column_index].GetPrimaryIndex();
  result.table = table.definition->name;
  if (column < table.columns.size()) result.column = table.columns[column]->name;
  return result;
}

}  // namespace

TimeAttribute trace_time(const Expression& expression, LogicalOperator& op) {
  TimeAttribute yes;
  yes.found = true;
  if (as_call(expression, kRowtimeFunction) || as_call(expression, kWindowTime)) return yes;
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_CAST && expression.return_type.id() == LogicalTypeId::TIMESTAMP) {
    auto& child = *expression.Cast<duckdb::BoundCastExpression>().child;
    if (child.return_type.id() == LogicalTypeId::TIMESTAMP_TZ) return trace_time(child, op);
  }
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return {};
  const ColumnBinding& binding = expression.Cast<duckdb::BoundColumnRefExpression>().binding;
  Definition definition = definition_of(binding, op);
  if (definition.expression) return trace_time(*definition.expression, *definition.below);
  LogicalOperator* maker = maker_of(binding, op);
  return maker->type == LogicalOperatorType::LOGICAL_UNION ? trace_union(binding, *maker) : origin(binding, *maker);
}

}  // namespace deltastream::engine::plan

#include "engine/delta_scan/predicates.h"

#include "duckdb/function/scalar/struct_utils.hpp"
#include "duckdb/planner/expression/list.hpp"
#include "duckdb/planner/filter/list.hpp"

namespace deltastream::engine {
namespace {

using delta::Predicate;
using delta::PredicateOp;
using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;

std::optional<PredicateOp> op_of(ExpressionType type) {
  switch (type) {
    case ExpressionType::COMPARE_EQUAL: return PredicateOp::kEqual;
    case ExpressionType::COMPARE_NOTEQUAL: return PredicateOp::kNotEqual;
    case ExpressionType::COMPARE_LESSTHAN: return PredicateOp::kLess;
    case ExpressionType::COMPARE_LESSTHANOREQUALTO: return PredicateOp::kLessEqual;
    case ExpressionType::COMPARE_GREATERTHAN: return PredicateOp::kGreater;
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO: return PredicateOp::kGreaterEqual;
    default: return std::nullopt;
  }
}

// The name of the field that a struct_extract takes; empty when it is none.
std::string extracted_field(const duckdb::BoundFunctionExpression& call) {
  if (call.function.name != "struct_extract" || call.children.size() != 2) return {};
  const Expression& key = *call.children[1];
  if (key.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT || call.children[0]->return_type.id() != LogicalTypeId::STRUCT) return {};
  const Value& name = key.Cast<duckdb::BoundConstantExpression>().value;
  return name.IsNull() || name.type().id() != LogicalTypeId::VARCHAR ? std::string() : duckdb::StringValue::Get(name);
}

// {"a"} or {"s","a"}; empty when the expression is not a column or a field of one.
std::vector<std::string> path_of(const Expression& expression, const ColumnNames& names) {
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
    std::string name = names(expression.Cast<duckdb::BoundColumnRefExpression>().binding);
    return name.empty() ? std::vector<std::string>() : std::vector<std::string>{name};
  }
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_FUNCTION) return {};
  const auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
  std::string field = extracted_field(call);
  if (field.empty()) return {};
  auto path = path_of(*call.children[0], names);
  if (!path.empty()) path.push_back(field);
  return path;
}

const Value* constant_of(const Expression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return nullptr;
  const Value& value = expression.Cast<duckdb::BoundConstantExpression>().value;
  return value.IsNull() ? nullptr : &value;
}

void add_comparison(const Expression& column, ExpressionType comparison, const Expression& constant, const ColumnNames& names,
                    std::vector<Predicate>& out) {
  auto path = path_of(column, names);
  const Value* value = constant_of(constant);
  auto op = op_of(comparison);
  if (!path.empty() && value && op) out.push_back({std::move(path), *op, {*value}});
}

void add_operator(const duckdb::BoundOperatorExpression& call, const ColumnNames& names, std::vector<Predicate>& out) {
  auto path = path_of(*call.children[0], names);
  if (path.empty()) return;
  switch (call.GetExpressionType()) {
    case ExpressionType::OPERATOR_IS_NULL: out.push_back({std::move(path), PredicateOp::kIsNull, {}}); return;
    case ExpressionType::OPERATOR_IS_NOT_NULL: out.push_back({std::move(path), PredicateOp::kIsNotNull, {}}); return;
    case ExpressionType::COMPARE_IN: break;
    default: return;
  }
  Predicate in{std::move(path), PredicateOp::kIn, {}};
  for (size_t i = 1; i < call.children.size(); i++) {
    if (call.children[i]->GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return;
    // A null in the list makes no row match.
    if (const Value* value = constant_of(*call.children[i])) in.values.push_back(*value);
  }
  out.push_back(std::move(in));
}

void add(const Expression& filter, const ColumnNames& names, std::vector<Predicate>& out) {
  switch (filter.GetExpressionClass()) {
    case ExpressionClass::BOUND_CONJUNCTION:
      if (filter.GetExpressionType() != ExpressionType::CONJUNCTION_AND) return;
      for (const auto& child : filter.Cast<duckdb::BoundConjunctionExpression>().children) add(*child, names, out);
      return;
    case ExpressionClass::BOUND_COMPARISON: {
      const auto& comparison = filter.Cast<duckdb::BoundComparisonExpression>();
      if (constant_of(*comparison.left)) {
        add_comparison(*comparison.right, duckdb::FlipComparisonExpression(filter.GetExpressionType()), *comparison.left, names, out);
      } else {
        add_comparison(*comparison.left, filter.GetExpressionType(), *comparison.right, names, out);
      }
      return;
    }
    case ExpressionClass::BOUND_BETWEEN: {
      const auto& between = filter.Cast<duckdb::BoundBetweenExpression>();
      add_comparison(*between.input, between.LowerComparisonType(), *between.lower, names, out);
      add_comparison(*between.input, between.UpperComparisonType(), *between.upper, names, out);
      return;
    }
    case ExpressionClass::BOUND_OPERATOR: add_operator(filter.Cast<duckdb::BoundOperatorExpression>(), names, out); return;
    default: return;
  }
}

void add(const duckdb::TableFilter& filter, const std::vector<std::string>& path, std::vector<Predicate>& out) {
  switch (filter.filter_type) {
    case duckdb::TableFilterType::CONSTANT_COMPARISON: {
      const auto& comparison = filter.Cast<duckdb::ConstantFilter>();
      auto op = op_of(comparison.comparison_type);
      if (op && !comparison.constant.IsNull()) out.push_back({path, *op, {comparison.constant}});
      return;
    }
    case duckdb::TableFilterType::IS_NULL: out.push_back({path, PredicateOp::kIsNull, {}}); return;
    case duckdb::TableFilterType::IS_NOT_NULL: out.push_back({path, PredicateOp::kIsNotNull, {}}); return;
    case duckdb::TableFilterType::IN_FILTER: {
      Predicate in{path, PredicateOp::kIn, {}};
      for (const Value& value : filter.Cast<duckdb::InFilter>().values) {
        if (!value.IsNull()) in.values.push_back(value);
      }
      out.push_back(std::move(in));
      return;
    }
    case duckdb::TableFilterType::CONJUNCTION_AND:
      for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) add(*child, path, out);
      return;
    case duckdb::TableFilterType::OPTIONAL_FILTER:
      // Not needed for the result, but always implied by the plan.
      if (const auto& child = filter.Cast<duckdb::OptionalFilter>().child_filter) add(*child, path, out);
      return;
    case duckdb::TableFilterType::DYNAMIC_FILTER: {
      const auto& data = filter.Cast<duckdb::DynamicFilter>().filter_data;
      if (!data || !data->initialized) return;
      std::lock_guard lock(data->lock);
      if (data->filter) add(*data->filter, path, out);
      return;
    }
    case duckdb::TableFilterType::STRUCT_EXTRACT: {
      const auto& field = filter.Cast<duckdb::StructFilter>();
      auto deeper = path;
      deeper.push_back(field.child_name);
      if (!field.child_name.empty()) add(*field.child_filter, deeper, out);
      return;
    }
    default: return;
  }
}

}  // namespace

std::vector<Predicate> predicates_of(const Expression& filter, const ColumnNames& names) {
  std::vector<Predicate> result;
  add(filter, names, result);
  return result;
}

std::vector<Predicate> predicates_of(const duckdb::TableFilter& filter, const std::string& column) {
  std::vector<Predicate> result;
  add(filter, {column}, result);
  return result;
}

}  // namespace deltastream::engine

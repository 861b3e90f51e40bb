#include "engine/delta_scan/predicates.h"

#include "duckdb/function/scalar/struct_utils.hpp"
#include "duckdb/planner/expression/list.hpp"
#include "duckdb/planner/filter/list.hpp"
#include "engine/delta_scan/partition_condition.h"
#include "engine/delta_scan/range_predicates.h"

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

// The name of the field that a struct_extract or s['a'] takes; empty when it is none.
std::string extracted_field(const duckdb::BoundFunctionExpression& call) {
  const bool extracts = call.function.name == "struct_extract" || call.function.name == "array_extract";
  if (!extracts || call.children.size() != 2) return {};
  const Expression& key = *call.children[1];
  if (key.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT || call.children[0]->return_type.id() != LogicalTypeId::STRUCT) return {};
  const Value& name = key.Cast<duckdb::BoundConstantExpression>().value;
  return name.IsNull() || name.type().id() != LogicalTypeId::VARCHAR ? std::string() : duckdb::StringValue::Get(name);
}

// Casts that change no number and keep their order: what the constant is compared with is the column.
bool keeps_numbers(const LogicalType& from, const LogicalType& to) {
  if (!from.IsNumeric() || !to.IsNumeric()) return false;
  auto whole_digits = [](const LogicalType& type) -> int {
    if (type.id() == LogicalTypeId::DECIMAL) return duckdb::DecimalType::GetWidth(type) - duckdb::DecimalType::GetScale(type);
    switch (type.id()) {
      case LogicalTypeId::TINYINT: return 3;
      case LogicalTypeId::SMALLINT: return 5;
      case LogicalTypeId::INTEGER: return 10;
      case LogicalTypeId::BIGINT: return 19;
      case LogicalTypeId::HUGEINT: return 38;
      default: return 0;
    }
  };
  auto scale = [](const LogicalType& type) -> int { return type.id() == LogicalTypeId::DECIMAL ? duckdb::DecimalType::GetScale(type) : 0; };
  if (from.id() == LogicalTypeId::FLOAT) return to.id() == LogicalTypeId::DOUBLE;
  if (whole_digits(from) == 0) return false;
  if (to.id() == LogicalTypeId::DOUBLE) return scale(from) == 0 && whole_digits(from) <= 10;
  return whole_digits(to) >= whole_digits(from) && scale(to) >= scale(from);
}

const Expression& without_cast(const Expression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_CAST) return expression;
  const auto& cast = expression.Cast<duckdb::BoundCastExpression>();
  return !cast.try_cast && keeps_numbers(cast.child->return_type, cast.return_type) ? *cast.child : expression;
}

const Value* constant_of(const Expression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return nullptr;
  const Value& value = expression.Cast<duckdb::BoundConstantExpression>().value;
  return value.IsNull() ? nullptr : &value;
}

void add_comparison(const Expression& column, ExpressionType comparison, const Expression& constant, const ScanColumns& columns,
                    std::vector<Predicate>& out) {
  auto path = column_path(without_cast(column), columns);
  const Value* value = constant_of(constant);
  auto op = op_of(comparison);
  if (!value || !op) return;
  if (!path.empty()) {
    out.push_back({std::move(path), *op, {*value}});
  } else {
    add_period(column, *op, *value, columns, out);
  }
}

void add_operator(const duckdb::BoundOperatorExpression& call, const ScanColumns& columns, std::vector<Predicate>& out) {
  auto path = column_path(without_cast(*call.children[0]), columns);
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

void add(const Expression& filter, const ScanColumns& columns, std::vector<Predicate>& out);

// One branch a side: a file is skipped when it can meet none of them.
void add_any_of(const duckdb::BoundConjunctionExpression& sides, const ScanColumns& columns, std::vector<Predicate>& out) {
  Predicate any{{}, PredicateOp::kAnyOf};
  for (const auto& side : sides.children) {
    add(*side, columns, any.branches.emplace_back());
    if (any.branches.back().empty()) return;
  }
  out.push_back(std::move(any));
}

void add_shape(const Expression& filter, const ScanColumns& columns, std::vector<Predicate>& out) {
  switch (filter.GetExpressionClass()) {
    case ExpressionClass::BOUND_CONJUNCTION:
      if (filter.GetExpressionType() == ExpressionType::CONJUNCTION_OR) {
        add_any_of(filter.Cast<duckdb::BoundConjunctionExpression>(), columns, out);
        return;
      }
      for (const auto& child : filter.Cast<duckdb::BoundConjunctionExpression>().children) add(*child, columns, out);
      return;
    case ExpressionClass::BOUND_COMPARISON: {
      const auto& comparison = filter.Cast<duckdb::BoundComparisonExpression>();
      if (constant_of(*comparison.left)) {
        add_comparison(*comparison.right, duckdb::FlipComparisonExpression(filter.GetExpressionType()), *comparison.left, columns, out);
      } else {
        add_comparison(*comparison.left, filter.GetExpressionType(), *comparison.right, columns, out);
      }
      return;
    }
    case ExpressionClass::BOUND_BETWEEN: {
      const auto& between = filter.Cast<duckdb::BoundBetweenExpression>();
      add_comparison(*between.input, between.LowerComparisonType(), *between.lower, columns, out);
      add_comparison(*between.input, between.UpperComparisonType(), *between.upper, columns, out);
      return;
    }
    case ExpressionClass::BOUND_OPERATOR: add_operator(filter.Cast<duckdb::BoundOperatorExpression>(), columns, out); return;
    case ExpressionClass::BOUND_FUNCTION: add_prefix(filter.Cast<duckdb::BoundFunctionExpression>(), columns, out); return;
    default: return;
  }
}

// Whether what was made of the filter says all of it, and not only a range around.
bool says_all(const Expression& filter, const ScanColumns& columns) {
  switch (filter.GetExpressionClass()) {
    case ExpressionClass::BOUND_COMPARISON: {
      const auto& comparison = filter.Cast<duckdb::BoundComparisonExpression>();
      return !column_path(without_cast(*comparison.left), columns).empty() || !column_path(without_cast(*comparison.right), columns).empty();
    }
    case ExpressionClass::BOUND_FUNCTION: return false;
    default: return true;
  }
}

void add(const Expression& filter, const ScanColumns& columns, std::vector<Predicate>& out) {
  const size_t before = out.size();
  add_shape(filter, columns, out);
  if (out.size() > before && says_all(filter, columns)) return;
  if (auto condition = partition_condition(filter, columns)) out.push_back(std::move(*condition));
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

std::vector<std::string> column_path(const Expression& expression, const ScanColumns& columns) {
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
    std::string name = columns.name_of(expression.Cast<duckdb::BoundColumnRefExpression>().binding);
    return name.empty() ? std::vector<std::string>() : std::vector<std::string>{name};
  }
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_FUNCTION) return {};
  const auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
  std::string field = extracted_field(call);
  if (field.empty()) return {};
  auto path = column_path(*call.children[0], columns);
  if (!path.empty()) path.push_back(field);
  return path;
}

std::vector<Predicate> predicates_of(const Expression& filter, const ScanColumns& columns) {
  std::vector<Predicate> result;
  add(filter, columns, result);
  return result;
}

std::vector<Predicate> predicates_of(const duckdb::TableFilter& filter, const std::string& column) {
  std::vector<Predicate> result;
  add(filter, {column}, result);
  return result;
}

}  // namespace deltastream::engine

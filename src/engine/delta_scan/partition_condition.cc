#include "engine/delta_scan/partition_condition.h"

#include <algorithm>
#include <unordered_map>

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/planner/expression/list.hpp"
#include "duckdb/planner/expression_iterator.hpp"

namespace deltastream::engine {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using ExpressionPointer = duckdb::unique_ptr<Expression>;

// The filter with a column's value in place of each reference, for one combination of partition values after the other. Many files have
// the same: each combination is evaluated once.
class Evaluation {
 public:
  Evaluation(const Expression& filter, duckdb::weak_ptr<duckdb::ClientContext> context) : filter_(filter.Copy()), context_(std::move(context)) {}

  // The columns that take part, in the order of the values; false when one is none.
  bool find_columns(const ScanColumns& columns, std::vector<std::string>& names) {
    bool all = true;
    duckdb::ExpressionIterator::VisitExpression<duckdb::BoundColumnRefExpression>(*filter_, [&](const duckdb::BoundColumnRefExpression& reference) {
      std::string name = columns.name_of(reference.binding);
      all = all && reference.depth == 0 && !name.empty() && columns.is_partition(name);
      auto known = std::find(names.begin(), names.end(), name);
      places_[key(reference.binding)] = static_cast<size_t>(known - names.begin());
      if (known == names.end()) names.push_back(std::move(name));
    });
    return all && !names.empty();
  }

  bool may_match(const std::vector<Value>& values) {
    std::string text;
    for (const Value& value : values) text += value.ToSQLString() + '\n';
    auto [known, fresh] = answers_.try_emplace(std::move(text), true);
    if (fresh) known->second = evaluate(values);
    return known->second;
  }

 private:
  static std::string key(const duckdb::ColumnBinding& binding) { return binding.ToString(); }

  // What cannot be told keeps the file: the error, if it is one, comes with its rows.
  bool evaluate(const std::vector<Value>& values) const {
    auto context = context_.lock();
    if (!context) return true;
    ExpressionPointer filter = filter_->Copy();
    if (!put_values(filter, values)) return true;
    Value result;
    if (!duckdb::ExpressionExecutor::TryEvaluateScalar(*context, *filter, result)) return true;
    return !result.IsNull() && (result.type().id() != LogicalTypeId::BOOLEAN || duckdb::BooleanValue::Get(result));
  }
  bool put_values(ExpressionPointer& expression, const std::vector<Value>& values) const {
    if (expression->GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
      const Value& value = values[places_.at(key(expression->Cast<duckdb::BoundColumnRefExpression>().binding))];
      if (!value.IsNull() && value.type() != expression->return_type) return false;
      expression = duckdb::make_uniq<duckdb::BoundConstantExpression>(value.IsNull() ? Value(expression->return_type) : value);
      return true;
    }
    bool all = true;
    duckdb::ExpressionIterator::EnumerateChildren(*expression, [&](ExpressionPointer& child) { all = put_values(child, values) && all; });
    return all;
  }

  ExpressionPointer filter_;
  duckdb::weak_ptr<duckdb::ClientContext> context_;
  std::unordered_map<std::string, size_t> places_;
  std::unordered_map<std::string, bool> answers_;
};

}  // namespace

std::optional<delta::Predicate> partition_condition(const Expression& filter, const ScanColumns& columns) {
  if (filter.return_type.id() != LogicalTypeId::BOOLEAN || filter.IsVolatile() || filter.HasParameter() || filter.HasSubquery()) return std::nullopt;
  auto evaluation = std::make_shared<Evaluation>(filter, columns.context);
  delta::Predicate predicate{{}, delta::PredicateOp::kTest};
  if (!evaluation->find_columns(columns, predicate.column)) return std::nullopt;
  predicate.test = [evaluation](const std::vector<Value>& values) { return evaluation->may_match(values); };
  predicate.text = filter.ToString();
  return predicate;
}

}  // namespace deltastream::engine

#include "engine/batch/distinct_from_rewrite.h"

#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/list.hpp"
#include "duckdb/planner/logical_operator_visitor.hpp"

namespace deltastream::engine {
namespace {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;

// What DuckDB keeps statistics of: a column, or a field of one.
bool is_column(const Expression& expression) {
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) return true;
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_FUNCTION) return false;
  const auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
  return call.function.name == "struct_extract" && !call.children.empty() && is_column(*call.children[0]);
}

class DistinctFromRewrite final : public duckdb::LogicalOperatorVisitor {
 public:
  explicit DistinctFromRewrite(duckdb::ClientContext& context) : context_(context) {}

 protected:
  duckdb::unique_ptr<Expression> VisitReplace(duckdb::BoundComparisonExpression& comparison, duckdb::unique_ptr<Expression>*) override {
    const ExpressionType type = comparison.GetExpressionType();
    if (type != ExpressionType::COMPARE_DISTINCT_FROM && type != ExpressionType::COMPARE_NOT_DISTINCT_FROM) return nullptr;
    const bool flipped = is_column(*comparison.right);
    auto& column = flipped ? comparison.right : comparison.left;
    auto& constant = flipped ? comparison.left : comparison.right;
    duckdb::Value value;
    if (!is_column(*column) || !constant->IsFoldable() || !duckdb::ExpressionExecutor::TryEvaluateScalar(context_, *constant, value)) return nullptr;
    const bool differs = type == ExpressionType::COMPARE_DISTINCT_FROM;
    auto null_test = duckdb::make_uniq<duckdb::BoundOperatorExpression>(
        differs != value.IsNull() ? ExpressionType::OPERATOR_IS_NULL : ExpressionType::OPERATOR_IS_NOT_NULL, duckdb::LogicalType::BOOLEAN);
    null_test->children.push_back(column->Copy());
    if (value.IsNull()) return null_test;
    auto compared = duckdb::make_uniq<duckdb::BoundComparisonExpression>(differs ? ExpressionType::COMPARE_NOTEQUAL : ExpressionType::COMPARE_EQUAL,
                                                                         std::move(column), std::move(constant));
    return duckdb::make_uniq<duckdb::BoundConjunctionExpression>(differs ? ExpressionType::CONJUNCTION_OR : ExpressionType::CONJUNCTION_AND,
                                                                 std::move(compared), std::move(null_test));
  }

 private:
  duckdb::ClientContext& context_;
};

void rewrite(duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
  DistinctFromRewrite(input.context).VisitOperator(*plan);
}

}  // namespace

void register_distinct_from_rewrite(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = rewrite;
  duckdb::OptimizerExtension::Register(config, extension);
}

}  // namespace deltastream::engine

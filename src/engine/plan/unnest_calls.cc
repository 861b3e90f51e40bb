#include "engine/plan/unnest_calls.h"

#include "common/chunk.h"

#include "duckdb/parser/expression/list.hpp"

#include "engine/front/names.h"

namespace deltastream::engine::plan {
namespace {

using ParsedPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;

ParsedPtr call(const char* name, ParsedPtr argument) {
  duckdb::vector<ParsedPtr> arguments;
  arguments.push_back(std::move(argument));
  return duckdb::make_uniq<duckdb::FunctionExpression>(name, std::move(arguments));
}

bool always_true(const duckdb::JoinRef& join) {
  if (!join.condition) return true;
  const duckdb::ParsedExpression* condition = join.condition.get();
  if (condition->GetExpressionClass() == duckdb::ExpressionClass::CAST) condition = condition->Cast<duckdb::CastExpression>().child.get();
  if (condition->GetExpressionClass() != duckdb::ExpressionClass::CONSTANT) return false;
  Value value;
  return condition->Cast<duckdb::ConstantExpression>().value.DefaultTryCastAs(LogicalType::BOOLEAN, value, nullptr) && !value.IsNull() &&
         value.GetValue<bool>();
}

}  // namespace

void prepare_unnest(duckdb::TableFunctionRef& ref) {
  auto& function = ref.function->Cast<duckdb::FunctionExpression>();
  if (function.children.size() != 1) return;
  // Two names or more can only be fields.
  bool fields = ref.column_name_alias.size() > 1;
  if (!fields) return;
  function.children[0] = call("__entries", std::move(function.children[0]));
  auto depth = duckdb::make_uniq<duckdb::ConstantExpression>(Value::INTEGER(2));
  depth->SetAlias("max_depth");
  function.children.push_back(std::move(depth));
}

void keep_rows_of_left_unnest(duckdb::JoinRef& join) {
  if (join.type != duckdb::JoinType::LEFT || join.right->type != duckdb::TableReferenceType::TABLE_FUNCTION || !always_true(join)) return;
  auto& function = join.right->Cast<duckdb::TableFunctionRef>().function->Cast<duckdb::FunctionExpression>();
  if (function.children.empty() || front::lower_case(function.function_name) != "unnest") return;
  function.children[0] = call("__or_one_null", std::move(function.children[0]));
  join.condition = nullptr;
  join.type = duckdb::JoinType::INNER;
  join.ref_type = duckdb::JoinRefType::CROSS;
}

}  // namespace deltastream::engine::plan

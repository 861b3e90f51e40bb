#include "engine/plan/unnest_calls.h"

#include "common/chunk.h"

#include "duckdb/parser/expression/list.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"

#include "engine/front/names.h"
#include "engine/plan/unnest_functions.h"

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
  std::string why;  // without it a cast that fails throws
  return condition->Cast<duckdb::ConstantExpression>().value.DefaultTryCastAs(LogicalType::BOOLEAN, value, &why) && !value.IsNull() &&
         value.GetValue<bool>();
}

}  // namespace

// (SELECT UNNEST(__fields) FROM UNNEST(rows of x) AS __elements (__fields)) AS t (a, b): UNNEST of a struct gives its fields.
duckdb::unique_ptr<duckdb::TableRef> unnest_fields(duckdb::TableFunctionRef& ref) {
  auto& function = ref.function->Cast<duckdb::FunctionExpression>();
  const bool numbered = ref.with_ordinality == duckdb::OrdinalityType::WITH_ORDINALITY;
  if (function.children.size() != 1) return nullptr;  // DuckDB says what is wrong
  if (ref.column_name_alias.size() == 1 && !numbered) {
    function.children[0] = call(kSingleFields, std::move(function.children[0]));
    return nullptr;
  }
  duckdb::vector<ParsedPtr> collection;
  collection.push_back(std::move(function.children[0]));
  collection.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(Value(ref.alias.empty() ? "EXPR$0" : ref.alias)));
  function.children[0] = duckdb::make_uniq<duckdb::FunctionExpression>(numbered ? kNumberedRows : kElementRows, std::move(collection));
  ref.with_ordinality = duckdb::OrdinalityType::WITHOUT_ORDINALITY;
  auto elements = duckdb::make_uniq<duckdb::TableFunctionRef>();
  elements->function = std::move(ref.function);
  elements->alias = "__elements";
  elements->column_name_alias = {"__fields"};
  elements->query_location = ref.query_location;
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  select->select_list.push_back(call("unnest", duckdb::make_uniq<duckdb::ColumnRefExpression>("__fields", "__elements")));
  select->from_table = std::move(elements);
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(select);
  auto result = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement), ref.alias);
  result->column_name_alias = ref.column_name_alias;
  result->query_location = ref.query_location;
  return result;
}

void keep_rows_of_left_unnest(duckdb::JoinRef& join) {
  if (join.type != duckdb::JoinType::LEFT || !always_true(join)) return;
  duckdb::TableRef* elements = join.right.get();
  if (elements->type == duckdb::TableReferenceType::SUBQUERY) {
    auto& node = *elements->Cast<duckdb::SubqueryRef>().subquery->node;
    if (node.type == duckdb::QueryNodeType::SELECT_NODE) elements = node.Cast<duckdb::SelectNode>().from_table.get();
    if (!elements || elements->alias != "__elements") return;
  }
  if (elements->type != duckdb::TableReferenceType::TABLE_FUNCTION) return;
  auto& function = elements->Cast<duckdb::TableFunctionRef>().function->Cast<duckdb::FunctionExpression>();
  if (function.children.empty() || front::lower_case(function.function_name) != "unnest") return;
  function.children[0] = call("__or_one_null", std::move(function.children[0]));
  join.condition = nullptr;
  join.type = duckdb::JoinType::INNER;
  join.ref_type = duckdb::JoinRefType::CROSS;
}

}  // namespace deltastream::engine::plan

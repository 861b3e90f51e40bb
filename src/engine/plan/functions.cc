#include "engine/plan/functions.h"

#include "common/chunk.h"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/common/vector_operations/generic_executor.hpp"
#include "duckdb/parser/parsed_data/create_scalar_function_info.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"

#include "common/clock.h"
#include "engine/plan/row_casts.h"
#include "engine/plan/source_function.h"
#include "engine/plan/text_functions.h"
#include "engine/plan/unnest_functions.h"
#include "engine/plan/window_functions.h"

namespace deltastream::engine::plan {
namespace {

using duckdb::ScalarFunction;
using Arguments = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;

void pass_through(DataChunk& input, duckdb::ExpressionState&, Vector& result) { result.Reference(input.data[0]); }

// Result of the type of the argument.
duckdb::unique_ptr<duckdb::FunctionData> bind_like_argument(duckdb::ClientContext&, ScalarFunction& function, Arguments& arguments) {
  function.arguments[0] = arguments[0]->return_type;
  function.SetReturnType(arguments[0]->return_type);
  return nullptr;
}

duckdb::unique_ptr<duckdb::FunctionData> bind_rowtime(duckdb::ClientContext& context, ScalarFunction& function, Arguments& arguments) {
  auto id = arguments[0]->return_type.id();
  if (id != LogicalTypeId::TIMESTAMP && id != LogicalTypeId::TIMESTAMP_TZ) {
    throw duckdb::BinderException("the column of a WATERMARK must be TIMESTAMP or TIMESTAMP_LTZ, not %s", arguments[0]->return_type.ToString());
  }
  return bind_like_argument(context, function, arguments);
}

// Arrays and maps are lists.
void cardinality(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<duckdb::list_entry_t, int32_t>(
      input.data[0], result, input.size(), [](duckdb::list_entry_t entry) { return static_cast<int32_t>(entry.length); });
}

duckdb::unique_ptr<duckdb::FunctionData> bind_collection(duckdb::ClientContext&, ScalarFunction& function, Arguments& arguments) {
  const LogicalType& type = arguments[0]->return_type;
  if (type.id() == LogicalTypeId::SQLNULL) {
    function.arguments[0] = LogicalType::LIST(LogicalType::SQLNULL);
  } else if (type.id() != LogicalTypeId::LIST && type.id() != LogicalTypeId::MAP) {
    throw duckdb::BinderException("%s takes an ARRAY or a MAP, not %s", function.name == "__cardinality" ? "CARDINALITY" : "UNNEST", type.ToString());
  } else {
    function.arguments[0] = type;
  }
  return nullptr;
}

// A MAP is taken for the array of its entries.
duckdb::unique_ptr<duckdb::FunctionData> bind_entries(duckdb::ClientContext& context, ScalarFunction& function, Arguments& arguments) {
  bind_collection(context, function, arguments);
  const LogicalType& type = function.arguments[0];
  function.SetReturnType(type.id() == LogicalTypeId::MAP ? LogicalType::LIST(duckdb::ListType::GetChildType(type)) : type);
  return nullptr;
}
// An array without elements, and NULL, become an array of one NULL.
void or_one_null(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  for (duckdb::idx_t row = 0; row < input.size(); row++) {
    Value value = input.data[0].GetValue(row);
    bool empty = value.IsNull() || duckdb::ListValue::GetChildren(value).empty();
    const LogicalType& element = duckdb::ListType::GetChildType(result.GetType());
    result.SetValue(row, empty ? Value::LIST(element, duckdb::vector<Value>{Value(element)}) : value);
  }
}

// A text is taken for a TIMESTAMP; what is a time stays.
duckdb::unique_ptr<duckdb::Expression> as_time(duckdb::FunctionBindExpressionInput& input) {
  auto& argument = input.children[0];
  const auto id = argument->return_type.id();
  const bool text = id == LogicalTypeId::VARCHAR || id == LogicalTypeId::STRING_LITERAL || id == LogicalTypeId::SQLNULL;
  return text ? duckdb::BoundCastExpression::AddCastToType(input.context, std::move(argument), LogicalType::TIMESTAMP) : std::move(argument);
}

duckdb::unique_ptr<duckdb::FunctionData> bind_time(duckdb::ClientContext&, ScalarFunction& function, Arguments& arguments) {
  function.arguments[0] = arguments[0]->return_type;
  function.SetReturnType(LogicalType::TIMESTAMP);
  return nullptr;
}

void now(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  (void)input;
  result.SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
  duckdb::ConstantVector::GetData<duckdb::timestamp_t>(result)[0] = duckdb::Timestamp::GetCurrentTimestamp();
}

ScalarFunction with_any(const char* name, LogicalType result, duckdb::scalar_function_t function, duckdb::bind_scalar_function_t bind) {
  return ScalarFunction(name, {LogicalType::ANY}, std::move(result), std::move(function), bind);
}

}  // namespace

void register_in_system_catalog(duckdb::DatabaseInstance& database, duckdb::CreateFunctionInfo& info) {
  auto& catalog = duckdb::Catalog::GetSystemCatalog(database);
  auto transaction = duckdb::CatalogTransaction::GetSystemTransaction(database);
  catalog.CreateFunction(transaction, info);
}

void register_scalar_function(duckdb::DatabaseInstance& database, ScalarFunction function) {
  duckdb::CreateScalarFunctionInfo info(std::move(function));
  register_in_system_catalog(database, info);
}

void register_functions(duckdb::DatabaseInstance& database) {
  register_scalar_function(database, with_any(kRowtimeFunction, LogicalType::ANY, pass_through, bind_rowtime));
  register_scalar_function(database, with_any("__cardinality", LogicalType::INTEGER, cardinality, bind_collection));
  auto one_null = with_any("__or_one_null", LogicalType::ANY, or_one_null, bind_entries);
  one_null.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  register_scalar_function(database, one_null);
  ScalarFunction present("__now", {}, LogicalType::TIMESTAMP_TZ, now);
  present.SetStability(duckdb::FunctionStability::VOLATILE);
  register_scalar_function(database, present);
  auto time = with_any("__time_of", LogicalType::ANY, pass_through, bind_time);
  time.SetBindExpressionCallback(as_time);
  register_scalar_function(database, time);
  register_text_functions(database);
  register_row_casts(database);
  register_unnest_functions(database);
  register_window_functions(database);
}

}  // namespace deltastream::engine::plan

#include "engine/plan/unnest_functions.h"

#include "common/list_entries.h"

#include "duckdb/function/scalar_function.hpp"

#include "engine/plan/text_functions.h"

namespace deltastream::engine::plan {
namespace {

using Arguments = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;
using duckdb::ScalarFunction;

constexpr const char* kOrdinality = "ORDINALITY";

LogicalType element_type(const LogicalType& collection) {
  switch (collection.id()) {
    case LogicalTypeId::LIST:
    case LogicalTypeId::MAP: return duckdb::ListType::GetChildType(collection);
    case LogicalTypeId::SQLNULL: return LogicalType::INTEGER;
    default: throw duckdb::BinderException("UNNEST takes an ARRAY or a MAP, not %s", collection.ToString());
  }
}

void take_collection(ScalarFunction& function, const Arguments& arguments) {
  const LogicalType& given = arguments[0]->return_type;
  function.arguments[0] = given.id() == LogicalTypeId::SQLNULL ? LogicalType::LIST(LogicalType::INTEGER) : given;
}

// The name of the field that an element is which is no ROW.
duckdb::child_list_t<LogicalType> fields_of(duckdb::ClientContext& context, const Arguments& arguments) {
  LogicalType element = element_type(arguments[0]->return_type);
  if (element.id() == LogicalTypeId::STRUCT) return duckdb::StructType::GetChildTypes(element);
  return {{duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[1]).ToString(), std::move(element)}};
}

template <bool NUMBERED>
duckdb::unique_ptr<duckdb::FunctionData> bind_rows(duckdb::ClientContext& context, ScalarFunction& function, Arguments& arguments) {
  auto fields = fields_of(context, arguments);
  if (NUMBERED) fields.emplace_back(kOrdinality, LogicalType::INTEGER);
  take_collection(function, arguments);
  function.SetReturnType(LogicalType::LIST(LogicalType::STRUCT(std::move(fields))));
  duckdb::Function::EraseArgument(function, arguments, 1);
  return nullptr;
}

template <bool NUMBERED>
void rows(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  Vector& source = input.data[0];
  const size_t count = input.size(), elements = share_list_entries(source, result, count);
  Vector& from = duckdb::ListVector::GetEntry(source);
  auto& fields = duckdb::StructVector::GetEntries(duckdb::ListVector::GetEntry(result));
  if (from.GetType().id() == LogicalTypeId::STRUCT) {
    from.Flatten(elements);
    auto& there = duckdb::StructVector::GetEntries(from);
    for (size_t i = 0; i < there.size(); i++) fields[i]->Reference(*there[i]);
  } else {
    fields[0]->Reference(from);
  }
  if (!NUMBERED) return;
  auto* numbers = duckdb::FlatVector::GetData<int32_t>(*fields.back());
  const auto* lists = duckdb::FlatVector::GetData<duckdb::list_entry_t>(source);
  for (size_t row = 0; row < count; row++) {
    if (!duckdb::FlatVector::Validity(source).RowIsValid(row)) continue;
    for (size_t i = 0; i < lists[row].length; i++) numbers[lists[row].offset + i] = static_cast<int32_t>(i + 1);
  }
}

bool has_single_field(const LogicalType& type) { return type.id() == LogicalTypeId::STRUCT && duckdb::StructType::GetChildCount(type) == 1; }

duckdb::unique_ptr<duckdb::FunctionData> bind_single(duckdb::ClientContext&, ScalarFunction& function, Arguments& arguments) {
  LogicalType element = element_type(arguments[0]->return_type);
  take_collection(function, arguments);
  function.SetReturnType(LogicalType::LIST(has_single_field(element) ? duckdb::StructType::GetChildType(element, 0) : element));
  return nullptr;
}

void single(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  Vector& source = input.data[0];
  const size_t elements = share_list_entries(source, result, input.size());
  Vector& from = duckdb::ListVector::GetEntry(source);
  Vector& to = duckdb::ListVector::GetEntry(result);
  if (!has_single_field(from.GetType())) {
    to.Reference(from);
    return;
  }
  from.Flatten(elements);
  to.Reference(*duckdb::StructVector::GetEntries(from)[0]);
}

}  // namespace

void register_unnest_functions(duckdb::DatabaseInstance& database) {
  const duckdb::vector<LogicalType> named = {LogicalType::ANY, LogicalType::VARCHAR};
  register_scalar_function(database, ScalarFunction(kElementRows, named, LogicalType::ANY, rows<false>, bind_rows<false>));
  register_scalar_function(database, ScalarFunction(kNumberedRows, named, LogicalType::ANY, rows<true>, bind_rows<true>));
  register_scalar_function(database, ScalarFunction(kSingleFields, {LogicalType::ANY}, LogicalType::ANY, single, bind_single));
}

}  // namespace deltastream::engine::plan

#include "engine/plan/window_functions.h"

#include "common/chunk.h"

#include "duckdb/common/vector_operations/generic_executor.hpp"
#include "duckdb/function/scalar_function.hpp"
#include "duckdb/planner/expression/bound_cast_expression.hpp"

#include "engine/plan/text_functions.h"
#include "engine/plan/window_times.h"

namespace deltastream::engine::plan {
namespace {

using duckdb::ScalarFunction;
using duckdb::timestamp_t;
using Arguments = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;

const duckdb::child_list_t<LogicalType>& bounds() {
  static const duckdb::child_list_t<LogicalType> fields = {{"window_start", LogicalType::TIMESTAMP}, {"window_end", LogicalType::TIMESTAMP}};
  return fields;
}

// Flink's windows of a TIMESTAMP_LTZ begin and end at local times.
duckdb::unique_ptr<duckdb::FunctionData> bind_time(duckdb::ClientContext& context, ScalarFunction& function, Arguments& arguments) {
  auto id = arguments[0]->return_type.id();
  if (id != LogicalTypeId::TIMESTAMP && id != LogicalTypeId::TIMESTAMP_TZ) {
    throw duckdb::BinderException("the time column of a window must be TIMESTAMP or TIMESTAMP_LTZ, not %s", arguments[0]->return_type.ToString());
  }
  arguments[0] = duckdb::BoundCastExpression::AddCastToType(context, std::move(arguments[0]), LogicalType::TIMESTAMP);
  function.arguments[0] = LogicalType::TIMESTAMP;
  return nullptr;
}

template <bool END>
void tumble(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  duckdb::TernaryExecutor::Execute<timestamp_t, int64_t, int64_t, timestamp_t>(
      input.data[0], input.data[1], input.data[2], result, input.size(), [](timestamp_t time, int64_t size, int64_t offset) {
        if (!duckdb::Timestamp::IsFinite(time)) return time;
        return timestamp_t(window_start_of(time.value, size, offset) + (END ? size : 0));
      });
}

int64_t constant(Vector& vector) { return duckdb::ConstantVector::GetData<int64_t>(vector)[0]; }

// Appends the windows of each time to the list; HOP's are in order of their starts, CUMULATE's of their ends.
template <bool HOP>
void windows(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  int64_t step = constant(input.data[1]), size = constant(input.data[2]), offset = constant(input.data[3]);
  duckdb::UnifiedVectorFormat times;
  input.data[0].ToUnifiedFormat(input.size(), times);
  auto* lists = duckdb::FlatVector::GetData<duckdb::list_entry_t>(result);
  duckdb::idx_t total = 0;
  duckdb::ListVector::Reserve(result, input.size() * static_cast<duckdb::idx_t>(size / step));
  auto& fields = duckdb::StructVector::GetEntries(duckdb::ListVector::GetEntry(result));
  auto* starts = duckdb::FlatVector::GetData<timestamp_t>(*fields[0]);
  auto* ends = duckdb::FlatVector::GetData<timestamp_t>(*fields[1]);
  for (duckdb::idx_t row = 0; row < input.size(); row++) {
    auto index = times.sel->get_index(row);
    lists[row] = {total, 0};
    timestamp_t time = duckdb::UnifiedVectorFormat::GetData<timestamp_t>(times)[index];
    if (!times.validity.RowIsValid(index) || !duckdb::Timestamp::IsFinite(time)) continue;
    int64_t first = window_start_of(time.value, HOP ? step : size, offset);
    for (int64_t i = 0; i < size / step; i++) {
      int64_t start = HOP ? first - size + (i + 1) * step : first;
      int64_t end = HOP ? start + size : first + (i + 1) * step;
      if (end <= time.value) continue;
      starts[total] = timestamp_t(start);
      ends[total++] = timestamp_t(end);
      lists[row].length++;
    }
  }
  duckdb::ListVector::SetListSize(result, total);
}

// The end of a window of local times becomes an instant again where the time is one.
duckdb::unique_ptr<duckdb::FunctionData> bind_window_time(duckdb::ClientContext& context, ScalarFunction& function, Arguments& arguments) {
  LogicalType type = arguments[0]->return_type;
  if (type.id() != LogicalTypeId::TIMESTAMP && type.id() != LogicalTypeId::TIMESTAMP_TZ) {
    throw duckdb::BinderException("the time column of a window must be TIMESTAMP or TIMESTAMP_LTZ, not %s", type.ToString());
  }
  arguments[1] = duckdb::BoundCastExpression::AddCastToType(context, std::move(arguments[1]), type);
  function.arguments = {type, type};
  function.SetReturnType(type);
  return nullptr;
}

void window_time(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::Execute<timestamp_t, timestamp_t>(input.data[1], result, input.size(), [](timestamp_t end) {
    return duckdb::Timestamp::IsFinite(end) ? timestamp_t(end.value - 1000) : end;
  });
}

}  // namespace

void register_window_functions(duckdb::DatabaseInstance& database) {
  const LogicalType time = LogicalType::ANY, number = LogicalType::BIGINT;
  register_scalar_function(database, ScalarFunction(kTumbleStart, {time, number, number}, LogicalType::TIMESTAMP, tumble<false>, bind_time));
  register_scalar_function(database, ScalarFunction(kTumbleEnd, {time, number, number}, LogicalType::TIMESTAMP, tumble<true>, bind_time));
  register_scalar_function(database, ScalarFunction(kWindowTime, {time, LogicalType::ANY}, time, window_time, bind_window_time));
  LogicalType list = LogicalType::LIST(LogicalType::STRUCT(bounds()));
  register_scalar_function(database, ScalarFunction(kHopWindows, {time, number, number, number}, list, windows<true>, bind_time));
  register_scalar_function(database, ScalarFunction(kCumulateWindows, {time, number, number, number}, list, windows<false>, bind_time));
}

}  // namespace deltastream::engine::plan

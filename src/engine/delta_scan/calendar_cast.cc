#include "engine/delta_scan/calendar_cast.h"

#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/batch/errors.h"

namespace deltastream::engine {
namespace {

struct CalendarInfo final : duckdb::FunctionData {
  CalendarInfo(format::parquet::LegacyCalendar old_calendar, std::shared_ptr<CalendarFailure> slot) : calendar(std::move(old_calendar)), failure(std::move(slot)) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<CalendarInfo>(calendar, failure); }
  bool Equals(const duckdb::FunctionData& other) const override { return failure == other.Cast<CalendarInfo>().failure; }

  format::parquet::LegacyCalendar calendar;
  std::shared_ptr<CalendarFailure> failure;
};

void move(DataChunk& arguments, duckdb::ExpressionState& state, Vector& result) {
  const auto& info = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<CalendarInfo>();
  Status moved = format::parquet::move_to_gregorian(info.calendar, arguments.data[0], arguments.size(), result);
  if (moved.ok()) return;
  {
    std::lock_guard lock(info.failure->mutex);
    info.failure->error = moved.error();
  }
  batch::ok_or_throw(moved);
}

}  // namespace

duckdb::unique_ptr<duckdb::Expression> in_gregorian(duckdb::unique_ptr<duckdb::Expression> value, format::parquet::LegacyCalendar calendar,
                                                    std::shared_ptr<CalendarFailure> failure) {
  const LogicalType type = value->return_type;
  duckdb::ScalarFunction function("in_gregorian_calendar", {type}, type, move);
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> arguments;
  arguments.push_back(std::move(value));
  return duckdb::make_uniq<duckdb::BoundFunctionExpression>(type, std::move(function), std::move(arguments), duckdb::make_uniq<CalendarInfo>(std::move(calendar), std::move(failure)));
}

}  // namespace deltastream::engine

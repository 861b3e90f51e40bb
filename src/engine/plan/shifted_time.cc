#include "engine/plan/shifted_time.h"

#include "common/chunk.h"

namespace deltastream::engine::plan {
namespace {

void shift(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  duckdb::BinaryExecutor::Execute<duckdb::timestamp_t, int64_t, duckdb::timestamp_t>(
      input.data[0], input.data[1], result, input.size(), [](duckdb::timestamp_t time, int64_t by) {
        return duckdb::Timestamp::IsFinite(time) ? duckdb::timestamp_t(time.value + by) : time;
      });
}

}  // namespace

duckdb::unique_ptr<duckdb::Expression> shifted_time(duckdb::unique_ptr<duckdb::Expression> time, int64_t by_us) {
  duckdb::ScalarFunction function("__shift", {LogicalType::TIMESTAMP, LogicalType::BIGINT}, LogicalType::TIMESTAMP, shift);
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> arguments;
  arguments.push_back(std::move(time));
  arguments.push_back(duckdb::make_uniq<duckdb::BoundConstantExpression>(Value::BIGINT(by_us)));
  return duckdb::make_uniq<duckdb::BoundFunctionExpression>(LogicalType::TIMESTAMP, std::move(function), std::move(arguments), nullptr);
}

}  // namespace deltastream::engine::plan

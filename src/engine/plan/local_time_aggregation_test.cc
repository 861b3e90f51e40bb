#include "engine/plan/local_time_aggregation.h"

#include <gtest/gtest.h>

#include "duckdb/main/connection.hpp"
#include "duckdb/main/query_result.hpp"

namespace deltastream::engine::plan {
namespace {

int64_t micros(const char* time) { return Value(time).DefaultCastAs(LogicalType::TIMESTAMP).GetValue<duckdb::timestamp_t>().value; }

TEST(LocalClock, IsMonotonicAlsoWhereAnHourComesTwice) {
  auto duckdb = std::make_shared<DuckDbInstance>();
  ASSERT_FALSE(duckdb->connection()->Query("SET TimeZone = 'Europe/Berlin'")->HasError());
  LocalClock clock(duckdb);
  EXPECT_EQ(clock.earliest_from(micros("2024-01-01 12:00:00")), micros("2024-01-01 13:00:00"));
  EXPECT_EQ(clock.earliest_from(micros("2024-07-01 12:00:00")), micros("2024-07-01 14:00:00"));
  // Forward at 01:00 UTC: 02:00 becomes 03:00.
  EXPECT_EQ(clock.earliest_from(micros("2024-03-31 00:59:59")), micros("2024-03-31 01:59:59"));
  EXPECT_EQ(clock.earliest_from(micros("2024-03-31 01:00:00")), micros("2024-03-31 03:00:00"));
  // Back at 01:00 UTC: 03:00 becomes 02:00, so from 02:00 local on nothing is over until the hour is repeated.
  EXPECT_EQ(clock.earliest_from(micros("2024-10-26 23:59:00")), micros("2024-10-27 01:59:00"));
  EXPECT_EQ(clock.earliest_from(micros("2024-10-27 00:30:00")), micros("2024-10-27 02:00:00"));
  EXPECT_EQ(clock.earliest_from(micros("2024-10-27 01:30:00")), micros("2024-10-27 02:30:00"));
  EXPECT_EQ(clock.earliest_from(micros("2024-10-27 02:30:00")), micros("2024-10-27 03:30:00"));
  int64_t before = INT64_MIN;
  for (int64_t at = micros("2024-10-25 00:00:00"); at < micros("2024-10-29 00:00:00"); at += 7 * 60'000'000LL) {
    int64_t now = clock.earliest_from(at);
    EXPECT_GE(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace deltastream::engine::plan

#pragma once
// Windows of a TIMESTAMP_LTZ lie on the local clock; watermarks are instants. This turns the one into the other around an aggregation
// that knows local times only. When clocks are set back, an hour comes twice: its windows end when it is over for the second time.

#include <cstdint>
#include <memory>

#include "duckdb/planner/expression.hpp"

#include "engine/plan/duckdb_instance.h"
#include "engine/stream_plan.h"

namespace deltastream::engine::plan {

// Instants → times of the local clock, in the zone that is set when this is made. One thread.
class LocalClock {
 public:
  explicit LocalClock(std::shared_ptr<const DuckDbInstance> duckdb);
  ~LocalClock();
  // The earliest local time that any instant from `instant_us` on has.
  int64_t earliest_from(int64_t instant_us);

 private:
  struct Conversion;
  std::unique_ptr<Conversion> conversion_;
  // Between these instants the local clock is simply ahead by offset_us_.
  int64_t from_us_ = 0, until_us_ = 0, offset_us_ = 0;
};

// The aggregation itself where the local zone is UTC.
std::shared_ptr<const WindowAggregation> with_local_time(std::shared_ptr<const WindowAggregation> aggregation,
                                                         std::shared_ptr<const DuckDbInstance> duckdb);

}  // namespace deltastream::engine::plan

#pragma once
// A time moved by a fixed length, as a bound expression.

#include "duckdb/planner/expression.hpp"

namespace deltastream::engine::plan {

// `time` is TIMESTAMP.
duckdb::unique_ptr<duckdb::Expression> shifted_time(duckdb::unique_ptr<duckdb::Expression> time, int64_t by_us);

}  // namespace deltastream::engine::plan

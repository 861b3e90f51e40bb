#pragma once
// Lists of bound expressions as the runtime's Projection and Filter. The expressions refer to the input chunk by position.

#include <memory>
#include <string>
#include <vector>

#include "duckdb/planner/expression.hpp"

#include "engine/plan/duckdb_instance.h"
#include "engine/stream_plan.h"

namespace deltastream::engine::plan {

using Expressions = duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>;

std::shared_ptr<const Projection> make_projection(std::shared_ptr<const DuckDbInstance> duckdb, Expressions expressions);
std::shared_ptr<const Filter> make_filter(std::shared_ptr<const DuckDbInstance> duckdb, Expressions expressions);

// "a, b, c" for plans that are read by people.
std::string describe_expressions(const Expressions& expressions);

// The chunk as the executors of this folder fill it: made on first use, emptied after.
void prepare_chunk(DataChunk& chunk, const duckdb::vector<LogicalType>& types);

}  // namespace deltastream::engine::plan

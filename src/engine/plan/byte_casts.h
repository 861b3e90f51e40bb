#pragma once
// CAST between STRING and BYTES as in Flink: the bytes of the text in UTF-8, where DuckDB writes and reads \xNN.

#include "duckdb/planner/logical_operator.hpp"

namespace deltastream::engine::plan {

// Replaces these casts in a bound plan that is not optimized yet.
void replace_byte_casts(duckdb::LogicalOperator& op);

}  // namespace deltastream::engine::plan

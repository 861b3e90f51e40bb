#pragma once
// Flink's windows in a parse tree – TUMBLE, HOP, CUMULATE as table functions, and the older ones in GROUP BY – as calls of marker
// functions (window_functions.h) that DuckDB binds and the lowering recognizes below an aggregate. Throws PlanFailure.

#include <functional>
#include <string>

#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

namespace deltastream::engine::plan {

// The place of an offset, for errors.
using ShowPlace = std::function<std::string(duckdb::optional_idx)>;

// TUMBLE, HOP, CUMULATE or SESSION, in lower case.
bool is_window_call(const std::string& name);

// TUMBLE((query), DESCRIPTOR(ts), INTERVAL …) → the query with window_start, window_end and window_time added.
duckdb::unique_ptr<duckdb::TableRef> window_query(duckdb::TableFunctionRef& call, const ShowPlace& show);

// GROUP BY TUMBLE(ts, INTERVAL …) with TUMBLE_START, TUMBLE_END and TUMBLE_ROWTIME anywhere in the query.
void lower_group_windows(duckdb::SelectNode& node, const ShowPlace& show);

}  // namespace deltastream::engine::plan

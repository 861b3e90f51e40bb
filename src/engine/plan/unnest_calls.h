#pragma once
// UNNEST in FROM, Flink's meaning: an array of ROWs gives a column a field, a map a key and a value; LEFT JOIN UNNEST keeps rows
// without elements.

#include "duckdb/parser/tableref/joinref.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

namespace deltastream::engine::plan {

// UNNEST(x) AS t (a, b): two names or more can only be fields of the elements.
duckdb::unique_ptr<duckdb::TableRef> unnest_fields(duckdb::TableFunctionRef& call);
// LEFT JOIN UNNEST(a) ON TRUE → CROSS JOIN UNNEST(a, or one NULL).
void keep_rows_of_left_unnest(duckdb::JoinRef& join);

}  // namespace deltastream::engine::plan

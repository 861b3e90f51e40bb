#pragma once
// UNNEST in FROM, Flink's meaning: an array of ROWs gives a column a field, a map a key and a value, WITH ORDINALITY the place of
// the element; LEFT JOIN UNNEST keeps rows without elements.

#include "duckdb/parser/tableref/joinref.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

namespace deltastream::engine::plan {

// UNNEST(x) [WITH ORDINALITY] [AS t [(a, b, …)]] with a column for each field of the elements, and one for their place. Null: the call
// stays one, with one column for the elements, as UNNEST(x) AS t (a) wants.
duckdb::unique_ptr<duckdb::TableRef> unnest_fields(duckdb::TableFunctionRef& call);
// LEFT JOIN UNNEST(a) ON TRUE → CROSS JOIN UNNEST(a, or one NULL).
void keep_rows_of_left_unnest(duckdb::JoinRef& join);

}  // namespace deltastream::engine::plan

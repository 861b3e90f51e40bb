#pragma once
// Casts between rows by the position of their fields, as Flink casts: DuckDB's go by the fields' names, unless a side has none.
// So the names are taken away first.

#include <string>

#include "duckdb/parser/expression/cast_expression.hpp"
#include "duckdb/planner/expression.hpp"

#include "common/chunk.h"

namespace duckdb {
class DatabaseInstance;
}

namespace deltastream::engine::plan {

// Makes a parsed CAST whose type has rows one by position.
void cast_rows_by_position(duckdb::CastExpression& cast);
// The same for a bound expression: what is to be cast to `to`. An expression whose rows have the names of `to` already stays.
duckdb::unique_ptr<duckdb::Expression> without_field_names(duckdb::ClientContext& context, duckdb::unique_ptr<duckdb::Expression> expression,
                                                           const LogicalType& to);

void register_row_casts(duckdb::DatabaseInstance& database);

}  // namespace deltastream::engine::plan

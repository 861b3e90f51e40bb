#pragma once
// Filters on columns that a file holds in another type than the table. DuckDB casts a filter's constant to the file's type,
// which changes the result where that rounds (1.5 to an integer, a double to a float, a time to a date): such filters are
// turned into ones that are evaluated on the value as the table has it. Pure function.

#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "duckdb/planner/table_filter.hpp"

namespace deltastream::engine {

// Null when the filter need not be evaluated at all: one that the plan applies again later.
duckdb::unique_ptr<duckdb::TableFilter> filter_for_file(const duckdb::TableFilter& filter, const duckdb::MultiFileColumnDefinition& column,
                                                        const duckdb::vector<duckdb::MultiFileColumnDefinition>& file_columns);

}  // namespace deltastream::engine

#pragma once
// What DuckDB pushes into a scan, as conditions that the Delta kernel prunes files by. Only what is surely implied by
// the filter is kept; the filter itself is always applied to the rows as well. Pure functions.

#include <vector>

#include "delta/scan.h"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/planner/expression.hpp"
#include "duckdb/planner/table_filter.hpp"

namespace deltastream::engine {

// Which column a column reference of the scan means; empty: none of the table's.
using ColumnNames = std::function<std::string(const duckdb::ColumnBinding&)>;

// Comparisons, IN, BETWEEN and null tests of one column or a field of one with constants; AND is taken apart.
std::vector<delta::Predicate> predicates_of(const duckdb::Expression& filter, const ColumnNames& names);
// The same for a filter on one column, dynamic filters of joins and top-n included.
std::vector<delta::Predicate> predicates_of(const duckdb::TableFilter& filter, const std::string& column);

}  // namespace deltastream::engine

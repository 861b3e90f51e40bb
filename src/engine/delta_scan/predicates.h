#pragma once
// What DuckDB pushes into a scan, as conditions that the Delta kernel prunes files by. Only what is surely implied by
// the filter is kept; the filter itself is always applied to the rows as well. Pure functions.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "delta/scan.h"
#include "duckdb/common/multi_file/multi_file_list.hpp"
#include "duckdb/planner/expression.hpp"
#include "duckdb/planner/table_filter.hpp"

namespace deltastream::engine {

// What the column references of a filter mean.
struct ScanColumns {
  std::function<std::string(const duckdb::ColumnBinding&)> name_of;       // empty: none of the table's
  std::function<bool(const std::string&)> is_partition;
  duckdb::weak_ptr<duckdb::ClientContext> context;                           // evaluates conditions on partition values
};

// {"a"} or {"s","a"}; empty when the expression is not a column or a field of one.
std::vector<std::string> column_path(const duckdb::Expression& expression, const ScanColumns& columns);

// Comparisons, IN, BETWEEN, null tests, prefixes, years and days of one column or a field of one with constants; AND and OR are
// taken apart; whatever asks for partition columns alone is evaluated.
std::vector<delta::Predicate> predicates_of(const duckdb::Expression& filter, const ScanColumns& columns);
// The same for a filter on one column, dynamic filters of joins and top-n included.
std::vector<delta::Predicate> predicates_of(const duckdb::TableFilter& filter, const std::string& column);

}  // namespace deltastream::engine

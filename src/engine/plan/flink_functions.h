#pragma once
// Flink's functions whose name, argument order or result differs from DuckDB's: one table, and the rewriting of a call by it.

#include <functional>
#include <span>
#include <string>

#include "duckdb/parser/parsed_expression.hpp"

namespace deltastream::engine::plan {

// One spelling of a function. `sql` is DuckDB's expression with $1, $2 … for the arguments.
struct FlinkFunction {
  const char* name;
  const char* arguments;  // as the manual shows them: "text, separator, index"
  const char* sql;
  const char* meaning;
};

std::span<const FlinkFunction> flink_functions();
// The table of docs/sql.md.
std::string flink_functions_as_markdown();

// Replaces a call by what DuckDB binds. Throws PlanFailure for functions that streams here have not (PROCTIME …), for patterns that
// are no constants, and for a wrong number of arguments.
void rewrite_function(duckdb::unique_ptr<duckdb::ParsedExpression>& call, const std::function<std::string(duckdb::optional_idx)>& show);

}  // namespace deltastream::engine::plan

#pragma once
// A column that must not be NULL, as a bound expression: the value itself, or the end of the job at the first NULL.

#include <string>

#include "duckdb/planner/expression.hpp"

namespace deltastream::engine::plan {

duckdb::unique_ptr<duckdb::Expression> not_null(duckdb::unique_ptr<duckdb::Expression> value, const std::string& message);

}  // namespace deltastream::engine::plan

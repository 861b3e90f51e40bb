#pragma once
// What SHOW FUNCTIONS lists.

#include <string>
#include <vector>

#include "common/result.h"

namespace deltastream::engine {

// The scalar and aggregate functions that a pipeline's queries can call, Flink's and DuckDB's, in lower case and order. Starts DuckDB.
Result<std::vector<std::string>> function_names();

}  // namespace deltastream::engine

#pragma once
// Which DuckDB is linked in. Pure.

#include <string>

namespace deltastream::engine {

std::string duckdb_version();  // "v1.5.6"

}  // namespace deltastream::engine

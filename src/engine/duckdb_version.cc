#include "engine/duckdb_version.h"

#include "duckdb/main/database.hpp"

namespace deltastream::engine {

std::string duckdb_version() { return duckdb::DuckDB::LibraryVersion(); }

}  // namespace deltastream::engine

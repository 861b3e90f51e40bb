#pragma once
// What can stand at the end of an unfinished statement, by DuckDB's grammar and catalog; Delta's spellings are understood. One thread.

#include <string>

#include "duckdb/main/connection.hpp"
#include "engine/batch.h"

namespace deltastream::engine::batch {

// Only names that begin with the word that is there, without regard to case; before any word is begun, only what the user has
// named: tables, columns, schemas. DuckDB's exceptions pass.
Completion complete_sql(duckdb::Connection& connection, const std::string& text);

}  // namespace deltastream::engine::batch

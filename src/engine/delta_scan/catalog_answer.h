#pragma once
// The parameters catalog_version and catalog_commits of functions that read tables: what the catalog that manages a table said
// of it. Throw DuckDB's exceptions, while a statement is bound.

#include <optional>

#include "delta/catalog_commits.h"
#include "duckdb/function/table_function.hpp"

namespace deltastream::engine {

void add_catalog_parameters(duckdb::TableFunction& function);
// Absent where neither is given.
std::optional<delta::CatalogCommits> catalog_answer(const duckdb::named_parameter_map_t& parameters);

}  // namespace deltastream::engine

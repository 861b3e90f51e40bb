#pragma once
// The table's columns as one Parquet file has them. Names and ids differ under column mapping, lists and maps name their
// parts as their writer liked, types were narrower before a widening, and old writers leave annotations out. A file's
// schema is brought as near to the table's as its bytes allow; what then still differs is cast by DuckDB.
// Throws DuckDB's exceptions; used by one thread for one file while that is opened.

#include <vector>

#include "delta/schema.h"
#include "duckdb/common/multi_file/base_file_reader.hpp"
#include "duckdb/common/multi_file/multi_file_data.hpp"
#include "engine/delta_scan/table.h"

namespace deltastream::engine {

// The scan's columns for DuckDB, by display names.
duckdb::vector<duckdb::MultiFileColumnDefinition> table_columns(const DeltaTable& table);

// The same, with each one naming its column in this file, to be matched BY_NAME. Changes the reader's types where the
// same bytes can be read as the table's type.
duckdb::vector<duckdb::MultiFileColumnDefinition> columns_in_file(const DeltaTable& table, duckdb::BaseFileReader& reader);

// The place of a column with this name in the file, whatever the table's schema says of it.
std::optional<size_t> find_in_file(const duckdb::BaseFileReader& reader, const std::string& name);

}  // namespace deltastream::engine

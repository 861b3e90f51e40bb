#pragma once
// What a file's metadata promises about its row groups: checked once, then used to leave groups out. Pure functions over an
// open reader; they throw what DuckDB throws when a statistic is damaged.

#include <vector>

#include "format/parquet.h"
#include "format/parquet/pages.h"
#include "parquet_reader.hpp"

namespace deltastream::format::parquet {

// Row groups hold a chunk for every leaf, inside the file, and their rows add up. Corrupt or unsupported otherwise.
Status check_row_groups(const duckdb_parquet::FileMetaData& metadata, uint64_t file_bytes, const std::string& path);

// The number of the child named `name` (exactly, else by case-insensitive match), or -1.
int64_t find_child(const duckdb::vector<duckdb::ParquetColumnSchema>& children, const std::string& name);

// The groups that may hold a row in every range. A range over a column that is missing or no leaf excludes nothing.
std::vector<duckdb::idx_t> select_row_groups(const duckdb::ParquetReader& reader, const std::vector<ParquetRange>& ranges);

// Where the chunks of these leaves stand in the file. They may point into the reader's footer.
std::vector<ChunkPlace> chunk_places(const duckdb::ParquetReader& reader, duckdb::idx_t group, const std::vector<duckdb::idx_t>& leaves);

// By leaf: whether the group holds no value of it, by its statistics and by its size, which could not hide values.
std::vector<bool> leaves_without_values(const duckdb::ParquetReader& reader, duckdb::idx_t group);

}  // namespace deltastream::format::parquet

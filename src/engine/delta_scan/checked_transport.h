#pragma once
// What DuckDB's column readers read a file through: its own transport, but no byte outside of the file is read (its fallback
// copies past the end of what it fetched when a page header lies), and each column chunk is looked through when it is first
// touched (format/parquet/pages.h). One thread at a time. Throws DuckDB's exceptions, with our kinds.

#include <vector>

#include "format/parquet/pages.h"
#include "parquet_reader.hpp"

namespace deltastream::engine {

// Whether the checksums of pages are compared; true unless a session sets it otherwise.
inline constexpr char kVerifyPageChecksums[] = "verify_page_checksums";

// Gives an initialised scan such a transport. `path` is for messages.
void check_reads(const duckdb::ClientContext& context, duckdb::ParquetReaderScanState& state, const duckdb::ParquetReader& reader,
                 const std::string& path);

}  // namespace deltastream::engine

#pragma once
// The one DuckDB instance behind the Parquet classes: in memory, without extensions, threads, spill folder or file cache
// (cached bytes would be keyed by path alone, and two stores may hold the same path). Made at first use, never destroyed,
// so that no order of static destruction can matter. Thread-safe.

#include "duckdb/common/file_system.hpp"
#include "duckdb/main/client_context.hpp"

namespace deltastream::format::parquet {

// A context of its own for one reader or writer; files are opened through `files` (null: none can be). Throws what DuckDB throws.
duckdb::shared_ptr<duckdb::ClientContext> make_context(duckdb::unique_ptr<duckdb::FileSystem> files);

}  // namespace deltastream::format::parquet

#pragma once
// The footer of a file as DuckDB's reader takes it: checked before and after it is parsed, and with the ways of older or
// other writers put into the form that it knows. Every Parquet file that is read here passes through this.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "parquet_file_metadata_cache.hpp"
#include "parquet_reader.hpp"

namespace deltastream::format::parquet {

// `footer` ends with its length and the magic (footer.h); the file has `file_bytes`. Corrupt or unsupported, with the path.
Result<std::unique_ptr<duckdb_parquet::FileMetaData>> parse_footer(std::string_view footer, uint64_t file_bytes, const std::string& path);

// A footer as ParquetReader takes it, with what has been found out about its file since. Thread-safe.
class CheckedFooter final : public duckdb::ParquetFileMetadataCache {
 public:
  using ParquetFileMetadataCache::ParquetFileMetadataCache;
  // Of a chunk: ChunkPlace::sound_levels (pages.h). Those of all chunks, group by group, are made when the first is asked for.
  std::atomic<bool>& sound_levels(size_t group, size_t leaf);

 private:
  std::once_flag once_;
  std::vector<std::atomic<bool>> sound_;
};

// For ParquetReader's constructor. `handle` is open on the file.
duckdb::shared_ptr<duckdb::ParquetFileMetadataCache> for_reader(std::unique_ptr<duckdb_parquet::FileMetaData> metadata,
                                                                duckdb::CachingFileHandle& handle, uint64_t footer_bytes);

}  // namespace deltastream::format::parquet

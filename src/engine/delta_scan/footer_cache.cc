#include "engine/delta_scan/footer_cache.h"

namespace deltastream::engine {
namespace {

// DuckDB's own estimate counts one row group only.
uint64_t bytes_of(const duckdb::ParquetFileMetadataCache& footer) {
  uint64_t chunks = 0;
  for (const auto& group : footer.metadata->row_groups) chunks += group.columns.size();
  return sizeof(footer) + sizeof(duckdb_parquet::FileMetaData) + footer.footer_size + footer.metadata->schema.size() * sizeof(duckdb_parquet::SchemaElement) +
         footer.metadata->row_groups.size() * sizeof(duckdb_parquet::RowGroup) + chunks * sizeof(duckdb_parquet::ColumnChunk);
}

}  // namespace

FooterCache::Found FooterCache::find(const std::string& path) {
  std::lock_guard lock(mutex_);
  auto place = places_.find(path);
  if (place == places_.end()) return {};
  kept_.splice(kept_.begin(), kept_, place->second);
  return {place->second->footer, place->second->stamp};
}

void FooterCache::keep(const std::string& path, const std::string& stamp, Footer footer) {
  uint64_t bytes = bytes_of(*footer) + 2 * path.size();
  std::lock_guard lock(mutex_);
  if (auto place = places_.find(path); place != places_.end()) drop(place->second);
  if (bytes > budget_) return;
  kept_.push_front({path, stamp, std::move(footer), bytes});
  places_[path] = kept_.begin();
  bytes_ += bytes;
  while (bytes_ > budget_) drop(std::prev(kept_.end()));
}

size_t FooterCache::size() const {
  std::lock_guard lock(mutex_);
  return kept_.size();
}

void FooterCache::drop(std::list<Kept>::iterator kept) {
  bytes_ -= kept->bytes;
  places_.erase(kept->path);
  kept_.erase(kept);
}

}  // namespace deltastream::engine

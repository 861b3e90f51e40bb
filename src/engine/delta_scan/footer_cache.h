#pragma once
// The parsed footers of the data files that a session has read: parsing one costs more than a short query over the file, and
// data files never change. A footer is used only for the very file it was read of (size and modification time, as the log or
// the store tells them). Within a budget of memory, the least recently used going first. Thread-safe; footers are immutable.

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

#include "parquet_file_metadata_cache.hpp"

namespace deltastream::engine {

class FooterCache {
 public:
  using Footer = duckdb::shared_ptr<duckdb::ParquetFileMetadataCache>;

  explicit FooterCache(uint64_t budget_bytes = kBudgetBytes) : budget_(budget_bytes) {}

  // `stamp` tells the file that it was read of from another one of its path: the caller compares it with that of the opened file.
  struct Found {
    Footer footer;   // null when there is none
    std::string stamp;
  };
  Found find(const std::string& path);
  // In the place of an older one. What is larger than the whole budget is not kept.
  void keep(const std::string& path, const std::string& stamp, Footer footer);
  size_t size() const;

 private:
  static constexpr uint64_t kBudgetBytes = 64 << 20;

  struct Kept {
    std::string path, stamp;
    Footer footer;
    uint64_t bytes = 0;
  };
  void drop(std::list<Kept>::iterator kept);

  const uint64_t budget_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;   // the most recently used in front
  std::unordered_map<std::string, std::list<Kept>::iterator> places_;
  uint64_t bytes_ = 0;
};

}  // namespace deltastream::engine

#pragma once
// Keeps what was read by range, within a budget, the least recently used going first. For stores where a request costs milliseconds and
// objects that are read by range never change (data files, deletion vectors, checkpoints). Whole reads, heads and listings pass
// through. Writing or removing a path through this store forgets it. Thread-safe; one budget may serve many stores.

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "storage/object_store.h"

namespace deltastream::storage {

class ReadCache {
 public:
  explicit ReadCache(uint64_t budget_bytes) : budget_(budget_bytes) {}

  // Fills `buffer` when one piece holds all of it.
  bool find(const std::string& object, uint64_t offset, std::span<char> buffer);
  void insert(const std::string& object, uint64_t offset, std::string_view bytes);
  void forget(const std::string& object);
  uint64_t held_bytes() const;

 private:
  struct Piece {
    std::string object;
    uint64_t offset = 0;
    std::string bytes;
  };
  using Pieces = std::list<Piece>;

  void drop(Pieces::iterator piece);

  const uint64_t budget_;
  mutable std::mutex mutex_;
  Pieces pieces_;  // the most recently used in front
  std::unordered_map<std::string, std::vector<Pieces::iterator>> by_object_;
  uint64_t held_ = 0;
};

std::shared_ptr<ObjectStore> make_cached_store(std::shared_ptr<ObjectStore> store, std::shared_ptr<ReadCache> cache);

}  // namespace deltastream::storage

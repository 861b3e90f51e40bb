#pragma once
// Rows → groups of rows with equal partition keys. Keys are told apart by their values, not by their hash alone.
// One thread. Keys stay known until forgotten, so that neighbouring chunks find theirs at once.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/chunk.h"

namespace deltastream::delta {

class PartitionSplitter {
 public:
  using Key = uint32_t;

  struct Group {
    Key key = 0;
    uint32_t first_row = 0;
    bool fresh = false;                // the key was not known before
    std::vector<uint32_t> rows;        // ascending
  };

  // Groups the rows of a chunk that holds nothing but key columns. Valid until the next split.
  const std::vector<Group>& split(DataChunk& keys);
  // The key's number may be given to another one from now on.
  void forget(Key key);

 private:
  struct Known {
    uint64_t hash = 0;
    bool live = false;
    std::vector<std::string> bytes;    // one a column: 'n' for NULL, else 'v' and the value
    uint64_t in_split = 0;             // the split that touched it last, and its group there
    uint32_t group = 0;
  };

  bool same(const Known& known, size_t row) const;
  Key find_or_add(uint64_t hash, size_t row, bool& fresh);
  std::string bytes_of(size_t column, size_t row) const;

  std::vector<Known> known_;
  std::vector<Key> free_;
  std::unordered_multimap<uint64_t, Key> by_hash_;
  std::vector<duckdb::UnifiedVectorFormat> formats_;
  std::vector<size_t> widths_;         // bytes of a value; 0: a text
  std::vector<Group> groups_;
  std::vector<std::vector<uint32_t>> spare_;
  uint64_t splits_ = 0;
};

}  // namespace deltastream::delta

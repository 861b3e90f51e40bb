#pragma once
// Sorts the rows of a chunk by the values of partition columns. One thread at a time; keys are exact, not hashes.

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/chunk.h"
#include "duckdb/common/types/selection_vector.hpp"

namespace deltastream::connect::filesystem {

class PartitionRows {
 public:
  explicit PartitionRows(std::vector<size_t> columns) : columns_(std::move(columns)) {}

  struct Group {
    std::string key;  // same values, same key
    std::vector<Value> values;
    std::vector<duckdb::sel_t> rows;
  };
  // The groups of `rows` in order of first appearance; valid until the next call.
  const std::vector<Group>& group(DataChunk& rows);

 private:
  const std::vector<size_t> columns_;
  std::unordered_map<std::string, size_t> index_;
  std::vector<Group> groups_;
  std::string key_;
};

}  // namespace deltastream::connect::filesystem

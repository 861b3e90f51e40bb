#pragma once
// Typed partition values out of the log's text. Files of one partition share their text, so what was read is kept for
// the next file. One thread; a result lives until the next read().
// Errors: corrupt for a value that is none of its column's type, naming column and value.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

class PartitionReader {
 public:
  static Result<PartitionReader> create(const Snapshot& snapshot);
  // In the order of the table's partition columns.
  Result<const std::vector<Value>*> read(std::string_view json);

 private:
  struct Column {
    std::string name;
    std::string physical_name;
    LogicalType type;
  };
  std::vector<Column> columns_;
  std::unordered_map<std::string, std::vector<Value>> known_;
};

}  // namespace deltastream::delta

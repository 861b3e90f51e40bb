#pragma once
// Tables and files for the tests of this room. For tests only.

#include <memory>
#include <string>
#include <vector>

#include "delta/transaction.h"
#include "storage/stores.h"

namespace deltastream::delta {

inline StructField test_field(std::string name, std::string primitive) {
  StructField field;
  field.name = std::move(name);
  field.type.primitive = std::move(primitive);
  return field;
}

// (id long, day string), partitioned by day when asked for.
inline CreateTableRequest test_request(StringMap properties = {}, std::vector<std::string> partition_columns = {}) {
  CreateTableRequest request;
  request.schema.fields = {test_field("id", "long"), test_field("day", "string")};
  request.partition_columns = std::move(partition_columns);
  request.properties = std::move(properties);
  return request;
}

// An add of a file that nobody reads.
inline Add test_add(const std::string& path, int64_t rows = 1) {
  Add add;
  add.path = path;
  add.size = 100;
  add.modification_time = 1;
  add.stats = "{\"numRecords\":" + std::to_string(rows) + "}";
  return add;
}

inline AppendRequest test_append(const std::string& path, std::vector<Txn> txns = {}) {
  AppendRequest request;
  request.adds.push_back(test_add(path));
  request.txns = std::move(txns);
  return request;
}

inline std::vector<std::string> file_paths(const Snapshot& snapshot) {
  std::vector<std::string> paths;
  (void)snapshot.files().for_each([&](const FileView& file) -> Status {
    paths.emplace_back(file.path);
    return {};
  });
  return paths;
}

}  // namespace deltastream::delta

#pragma once
// The bytes of a window snapshot: a header that says what they are and for whom, a checksum, then numbers, blobs and
// chunks in the order written. Fixed little-endian numbers. A reader refuses bytes that are damaged (corrupt), written by
// another DuckDB or for another plan (invalid argument) before anything is taken from them.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::engine {

class SnapshotWriter {
 public:
  explicit SnapshotWriter(uint64_t fingerprint);
  void number(int64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value)); }
  void blob(std::string_view value) {
    number(static_cast<int64_t>(value.size()));
    bytes_.append(value);
  }
  void chunk(const DataChunk& chunk);  // at least one column
  std::string finish() &&;

 private:
  std::string bytes_;
};

class SnapshotReader {
 public:
  // `bytes` must outlive the reader and the views it gives.
  static Result<SnapshotReader> open(std::string_view bytes, uint64_t fingerprint);
  Result<int64_t> number();
  Result<std::string_view> blob();
  // Refuses a chunk whose types are not `types`.
  Status chunk(DataChunk& out, const duckdb::vector<LogicalType>& types);
  bool at_end() const { return rest_.empty(); }

 private:
  explicit SnapshotReader(std::string_view rest) : rest_(rest) {}
  std::string_view rest_;
};

}  // namespace deltastream::engine

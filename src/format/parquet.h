#pragma once
// Parquet files ↔ chunks, over an ObjectStore. DuckDB's Parquet classes behind a small door.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::format {

struct ParquetWriteOptions {
  std::string codec = "zstd";            // zstd, snappy, gzip, lz4_raw, none
  uint64_t row_group_rows = 122880;
  uint64_t row_group_bytes = 128ull << 20;
  // Field ids by position, nested as the schema (column mapping); empty = none.
  struct FieldId {
    std::optional<int32_t> id;
    std::vector<FieldId> children;
  };
  std::vector<FieldId> field_ids;
};

// Statistics of one leaf, collected while writing.
struct ColumnStatistics {
  std::vector<std::string> path;   // {"s","l"}; list and map levels as "list","element","key","value" do not occur: only struct leaves are reported
  LogicalType type;
  // Typed; absent when there is no value, or none that orders (NaN, nested). Text beyond 256 bytes: bounds, not members.
  std::optional<Value> min, max;
  uint64_t null_count = 0;         // counts rows where the leaf is null, also by a null parent
  bool has_nan = false;
};

struct ParquetFileSummary {
  uint64_t rows = 0;
  uint64_t bytes = 0;
  std::vector<ColumnStatistics> columns;
};

// Used by one thread at a time. After an error every later call gives that error.
class ParquetFileWriter {
 public:
  // Takes the writer; nothing is visible before finish(), destruction discards.
  static Result<std::unique_ptr<ParquetFileWriter>> create(std::unique_ptr<storage::ObjectWriter> sink, const std::vector<Field>& columns,
                                                           const ParquetWriteOptions& options);
  virtual ~ParquetFileWriter() = default;
  virtual Status write(DataChunk& rows) = 0;
  virtual uint64_t rows_written() const = 0;
  virtual uint64_t bytes_estimate() const = 0;  // written plus buffered, for rolling
  virtual Result<ParquetFileSummary> finish() = 0;
};

// A column to read: by struct path; the output has `type` (the file's type is cast to it). Missing in the file: NULLs.
struct ParquetReadColumn {
  std::vector<std::string> path;
  LogicalType type;
  // As long as `path`: steps are found by field id; by name where none of the file's columns beside it has an id.
  std::vector<int32_t> field_ids = {};
  // A list or map without entries may come as NULL: a column that holds no entry at all then need not be read.
  bool empty_may_be_null = false;
};

// Keeps row groups that may hold rows with lower <= column <= upper (either may be absent).
struct ParquetRange {
  std::vector<std::string> path;
  std::optional<Value> lower, upper;
};

// Used by one thread at a time. After an error every later call gives that error. Errors: not found; corrupt with the path when
// the file is damaged; unsupported (encryption, columns in other files); invalid argument when a value does not fit its type.
class ParquetFileReader {
 public:
  static Result<std::unique_ptr<ParquetFileReader>> open(std::shared_ptr<storage::ObjectStore> store, const std::string& path,
                                                         const std::vector<ParquetReadColumn>& columns, const std::vector<ParquetRange>& ranges = {});
  virtual ~ParquetFileReader() = default;
  // The file's own columns, in file order.
  virtual const std::vector<Field>& file_schema() const = 0;
  // Their ids, nested as they are: fields of a struct, the element of a list, key and value of a map.
  virtual const std::vector<ParquetWriteOptions::FieldId>& file_field_ids() const = 0;
  // Reads these columns from now on, from the first row.
  virtual Status choose(const std::vector<ParquetReadColumn>& columns) = 0;
  virtual uint64_t row_count() const = 0;
  // Of the object's size and time and of the footer: tells the file from another one that was put in its place.
  virtual uint64_t fingerprint() const = 0;
  // Next rows, no more than out's capacity; out is initialised by the caller with the types asked for. 0 rows = end.
  // The vectors may be constant or dictionary vectors; they stay valid after later calls and after the reader.
  virtual Status read(DataChunk& out) = 0;
  // Row number in the file of the first row of the last chunk read.
  virtual uint64_t chunk_first_row() const = 0;
  // Starts over at that row (rows before it are not returned).
  virtual Status seek(uint64_t row) = 0;
};

}  // namespace deltastream::format

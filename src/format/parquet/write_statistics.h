#pragma once
// Statistics of a file being written, leaf by leaf. Bounds and null counts are DuckDB's, taken from each finished row group
// (its own summary of a file keeps the NaN flag of the last row group only, and text instead of values); floating columns
// are watched here, because DuckDB leaves out the bounds of a column that holds a NaN. Used by one thread at a time.

#include <vector>

#include "format/parquet.h"
#include "parquet_writer.hpp"

namespace deltastream::format::parquet {

class WriteStatistics {
 public:
  explicit WriteStatistics(const std::vector<Field>& columns);
  // Before the rows are handed to the writer.
  void watch(DataChunk& rows);
  // After a row group was written.
  void add(const duckdb_parquet::RowGroup& group);
  std::vector<ColumnStatistics> take() { return std::move(columns_); }

 private:
  struct Leaf {
    size_t in_group = 0;         // its number among all leaves
    size_t column = 0;           // top-level column
    std::vector<size_t> fields;  // from there down
    bool floating = false;
    bool unbounded = false;      // some row group has values but no bounds
    duckdb::ParquetColumnSchema schema;
  };

  void collect(const LogicalType& type, std::vector<std::string>& path, std::vector<size_t>& fields, size_t column, bool repeated);
  void watch_leaf(Vector& vector, size_t leaf, size_t rows);

  std::vector<Leaf> leaves_;
  std::vector<ColumnStatistics> columns_;  // as leaves_
  size_t leaf_count_ = 0;
};

}  // namespace deltastream::format::parquet

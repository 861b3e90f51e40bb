#pragma once
// From the columns asked for to the columns a file has: which parts of which file columns are read, and how a chunk of
// them becomes a chunk as asked. Immutable once made.

#include <vector>

#include "format/parquet.h"
#include "parquet_reader.hpp"

namespace deltastream::format::parquet {

// The ids of a file column and of what lies in it.
ParquetWriteOptions::FieldId field_ids(const duckdb::ParquetReader& reader, const duckdb::ParquetColumnSchema& schema);

class Projection {
 public:
  // `without`: by leaf, whether it holds no value in the rows to read; columns that are null throughout are not read.
  Projection(const duckdb::ParquetReader& reader, const std::vector<ParquetReadColumn>& columns, const std::vector<bool>& without = {});

  // Top-level columns of the file, each once, with the struct fields to read.
  const duckdb::vector<duckdb::ColumnIndex>& column_indexes() const { return indexes_; }
  const duckdb::vector<LogicalType>& scan_types() const { return scan_types_; }
  // The leaves that are read, by their number in a row group.
  const std::vector<duckdb::idx_t>& leaves() const { return leaves_; }
  // Fills out from a chunk of scan_types(); columns that need no change are shared with it. Missing columns become NULL.
  // invalid argument when a value does not fit the type asked for.
  Status convert(DataChunk& scanned, DataChunk& out) const;
  const duckdb::vector<LogicalType>& types() const { return types_; }

 private:
  struct Column {
    bool missing = true;
    size_t scan_column = 0;
    std::vector<size_t> fields;  // from the scanned column down through structs
    std::string name;            // for messages
  };

  std::vector<Column> columns_;
  duckdb::vector<LogicalType> types_;
  duckdb::vector<duckdb::ColumnIndex> indexes_;
  duckdb::vector<LogicalType> scan_types_;
  std::vector<duckdb::idx_t> leaves_;
};

}  // namespace deltastream::format::parquet

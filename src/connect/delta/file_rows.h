#pragma once
// The rows of one file of a Delta table without the deleted ones, from any row on. One thread at a time; opened with the
// first read. Errors: not found when the file is gone (vacuum), corrupt, with the file.

#include <memory>

#include "connect/delta/file_columns.h"
#include "delta/deletion_vector.h"
#include "delta/scan.h"

namespace deltastream::connect::delta_table {

class FileRows {
 public:
  FileRows(std::shared_ptr<storage::ObjectStore> store, std::shared_ptr<const FileColumns> columns, delta::ScanFile file, uint64_t next_row,
           const Environment& environment);
  ~FileRows();

  // Fills `out`, which has been reset, with at most `rows` rows; false at the end of the file. May give no rows before that.
  Result<bool> read(DataChunk& out, size_t rows);
  // The number in the file of the next row to look at.
  uint64_t next_row() const { return next_row_; }

 private:
  Status open();
  Result<size_t> read_columns(DataChunk& out, size_t rows);
  Status set_partitions(DataChunk& out) const;

  const std::shared_ptr<storage::ObjectStore> store_;
  const std::shared_ptr<const FileColumns> columns_;
  const delta::ScanFile file_;
  const Environment environment_;
  uint64_t next_row_;
  std::unique_ptr<format::ParquetFileReader> reader_;
  duckdb::vector<LogicalType> types_;
  std::optional<delta::DeletionVector> deleted_;
};

}  // namespace deltastream::connect::delta_table

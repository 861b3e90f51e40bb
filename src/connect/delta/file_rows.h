#pragma once
// The rows of one file of a Delta table that are wanted, from any row on: those that are not deleted, or those that a version
// changed. One thread at a time; opened with the first read. Errors: not found when the file is gone (vacuum), corrupt, with the file.

#include <memory>

#include "connect/delta/file_columns.h"
#include "delta/change_feed.h"
#include "delta/deletion_vector.h"

namespace deltastream::connect::delta_table {

// A file and what its rows are. Those of a snapshot are inserts of its version.
struct FileEntry {
  delta::ChangeFile change;
  int64_t version = 0;
  int64_t timestamp_ms = 0;
};

class FileRows {
 public:
  FileRows(std::shared_ptr<storage::ObjectStore> store, std::shared_ptr<const FileColumns> columns, FileEntry entry, uint64_t next_row,
           const Environment& environment);
  ~FileRows();

  // Fills `out`, which has been reset, with at most `rows` rows; false at the end of the file. May give no rows before that.
  Result<bool> read(DataChunk& out, size_t rows);
  // The number in the file of the next row to look at.
  uint64_t next_row() const { return next_row_; }

 private:
  const delta::ScanFile& file() const { return entry_.change.file; }
  Status open();
  Status name_fields();
  // False when none of the rows that are left is wanted.
  Result<bool> skip_unchanged();
  Result<size_t> read_columns(DataChunk& out, size_t rows);
  Status set_partitions(DataChunk& out) const;
  Status set_changes(DataChunk& out) const;
  Status keep_wanted(DataChunk& out, uint64_t first, size_t rows) const;

  const std::shared_ptr<storage::ObjectStore> store_;
  const std::shared_ptr<const FileColumns> columns_;
  const FileEntry entry_;
  const Environment environment_;
  uint64_t next_row_;
  std::unique_ptr<format::ParquetFileReader> reader_;
  std::vector<format::ParquetReadColumn> read_;
  std::vector<size_t> targets_;
  duckdb::vector<LogicalType> types_;   // as they are read
  std::vector<LogicalType> shown_;      // as they are asked for
  std::optional<delta::DeletionVector> deleted_;
  std::vector<uint64_t> only_rows_;  // where the entry has some
};

}  // namespace deltastream::connect::delta_table

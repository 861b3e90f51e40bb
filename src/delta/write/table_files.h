#pragma once
// New data files of a table: named, opened, closed into adds with statistics. Files that are closed and not handed out yet
// are removed when this is destroyed; open ones are discarded by their writers. One thread.

#include <memory>
#include <string>
#include <vector>

#include "common/environment.h"
#include "delta/actions.h"
#include "delta/data_writer.h"
#include "delta/snapshot.h"
#include "delta/write/column_binding.h"
#include "delta/write/statistics_columns.h"
#include "format/parquet.h"

namespace deltastream::delta {

// A file being written.
struct OpenFile {
  std::string path;  // as the store has it
  std::unique_ptr<format::ParquetFileWriter> writer;
};

class TableFiles {
 public:
  // unsupported for a codec that the table asks for and nobody here can write.
  static Result<std::unique_ptr<TableFiles>> create(const Snapshot& table, const ColumnBinding& binding, const DataWriterOptions& options,
                                                    const Environment& environment);
  ~TableFiles();
  TableFiles(const TableFiles&) = delete;
  TableFiles& operator=(const TableFiles&) = delete;

  // "a=1/b=x/", or what stands for it where names are random or too long for a disk.
  Result<std::string> folder(DataChunk& keys, size_t row, PartitionValues& values);
  Result<OpenFile> open(const std::string& folder);
  Status write(OpenFile& file, DataChunk& rows);
  bool full(const OpenFile& file) const { return file.writer->bytes_estimate() >= target_bytes_; }
  Status close(OpenFile file, const PartitionValues& values);
  // The files closed since the last time.
  std::vector<Add> take();

 private:
  TableFiles(const Snapshot& table, const ColumnBinding& binding, const DataWriterOptions& options, std::string codec, const Environment& environment);
  std::string random_prefix(size_t length);

  const std::shared_ptr<storage::ObjectStore> store_;
  const Environment environment_;
  const StatisticsColumns statistics_columns_;
  const std::vector<Field> file_columns_, key_columns_;
  format::ParquetWriteOptions parquet_;
  uint64_t target_bytes_ = 0;
  size_t prefix_length_ = 0;
  std::vector<Add> adds_;
  std::vector<std::string> paths_;  // of adds_, and of a file whose close failed
};

}  // namespace deltastream::delta

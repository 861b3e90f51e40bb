#pragma once
// Rows → Parquet files of a table, ready to be added by a commit. Splits rows by partition values into Hive-style
// folders and rolls files at a target size. Rows of a partition wait in memory until they are worth a file, or until
// too much waits; a bounded number of files is open (the least recently used is finished first). Nothing is part of the table before the adds are committed.
// One thread. finish() hands out all files since the last finish() and the writer can go on; destruction discards what
// was not handed out. Errors: invalid argument for rows that do not fit the table (which column), the store's kinds.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/environment.h"
#include "common/result.h"
#include "delta/actions.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

struct DataWriterOptions {
  // Property delta.targetFileSize, where the table has it, comes before this.
  uint64_t target_file_bytes = 128ull << 20;
  size_t max_open_partitions = 100;
  // What may wait for files, over all partitions.
  uint64_t gathered_bytes = 128ull << 20;
  // Property delta.parquet.compression.codec, where the table has it, comes before this.
  std::string codec = "zstd";
};

class DataWriter {
 public:
  // `columns` are the columns of the chunks to come, by position; names are matched to the table's ignoring case, and
  // every column of the table must be there. Types that differ are cast. The snapshot is not kept.
  static Result<std::unique_ptr<DataWriter>> create(const Snapshot& table, const std::vector<Field>& columns,
                                                    const DataWriterOptions& options = {}, const Environment& environment = {});
  virtual ~DataWriter() = default;
  virtual Status write(DataChunk& rows) = 0;
  // Files with full statistics and partitionValues, durable in the store.
  virtual Result<std::vector<Add>> finish() = 0;
  // Since creation.
  virtual uint64_t rows_written() const = 0;
  // Those with an open file.
  virtual size_t open_partitions() const = 0;
};

}  // namespace deltastream::delta

#pragma once
// Writes actions as rows of a checkpoint file, one after the other, with no more of them in memory than a row group.
// One thread. Nothing is visible before finish(); destruction discards. Texts given must live until the next call that
// writes an action of another kind, or flush().

#include <cstdint>
#include <memory>
#include <string>

#include "delta/checkpoint/checkpoint_columns.h"
#include "delta/checkpoint/row_builder.h"
#include "format/parquet.h"

namespace deltastream::delta {

class CheckpointFile {
 public:
  static Result<std::unique_ptr<CheckpointFile>> create(storage::ObjectStore& store, const std::string& path, CheckpointLayout layout);

  Status write(const Protocol& protocol);
  Status write(const Metadata& metadata);
  Status write(const Txn& txn);
  Status write(const DomainMetadata& domain);
  Status write_add(const FileView& file);
  Status write_remove(const FileView& file);
  Status write_checkpoint_metadata(int64_t version);

  struct Summary {
    int64_t rows = 0;
    int64_t bytes = 0;
  };
  Result<Summary> finish();

 private:
  CheckpointFile(CheckpointLayout layout, std::unique_ptr<format::ParquetFileWriter> writer);
  // The struct of the row to come, of which all fields are NULL yet.
  Result<StructRow> next_row(CheckpointColumn column);
  Status flush();
  Status set_parsed(StructRow& add, const FileView& file);

  CheckpointLayout layout_;
  std::unique_ptr<format::ParquetFileWriter> writer_;
  DataChunk chunk_;
  CheckpointColumn active_ = CheckpointColumn::kTxn;
  size_t rows_ = 0;       // in the chunk
  int64_t written_ = 0;
};

}  // namespace deltastream::delta

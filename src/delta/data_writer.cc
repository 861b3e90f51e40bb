#include "delta/data_writer.h"

#include <algorithm>
#include <list>

#include "common/exception.h"
#include "delta/features.h"
#include "delta/write/column_binding.h"
#include "delta/write/gathered_rows.h"
#include "delta/write/partition_splitter.h"
#include "delta/write/table_files.h"

namespace deltastream::delta {
namespace {

// A partition gets a file when it has so much to put into it. Until then its rows wait in memory: rows in no order, over more
// partitions than files may be open, would close and open files at every turn.
constexpr size_t kRowsForFile = 16 * kChunkRows;
constexpr uint64_t kBytesForFile = 8ull << 20;

using Key = PartitionSplitter::Key;

struct Partition {
  bool known = false;
  PartitionValues values;
  std::string folder;
  GatheredRows gathered;
  OpenFile file;                        // no writer: not open
  std::list<Key>::iterator used;        // where it stands among the open ones
};

class TableDataWriter final : public DataWriter {
 public:
  TableDataWriter(ColumnBinding binding, std::unique_ptr<TableFiles> files, const DataWriterOptions& options, std::string where)
      : where_(std::move(where)), binding_(std::move(binding)), files_(std::move(files)), max_open_(std::max<size_t>(1, options.max_open_partitions)),
        max_gathered_bytes_(options.gathered_bytes), partitioned_(!binding_.key_columns().empty()) {}

  Status write(DataChunk& rows) override {
    DS_RETURN_IF_ERROR(check_usable());
    if (rows.size() == 0) return {};
    auto written = write_rows(rows);
    failed_ = !written.ok();
    return written;
  }

  Result<std::vector<Add>> finish() override {
    DS_RETURN_IF_ERROR(check_usable());
    auto closed = close_all();
    failed_ = !closed.ok();
    if (failed_) return std::move(closed).error();
    return files_->take();
  }

  uint64_t rows_written() const override { return rows_; }
  size_t open_partitions() const override { return open_.size(); }

 private:
  Status check_usable() const {
    return failed_ ? Status(internal("the writer of " + where_ + " is used after an error: its rows are lost and must be written anew")) : Status();
  }

  Status write_rows(DataChunk& rows) {
    DS_RETURN_IF_ERROR(binding_.bind(rows));
    DataChunk& data = binding_.data();
    if (!partitioned_) {
      DS_RETURN_IF_ERROR(write_to_file(0, data));
    } else {
      const std::vector<PartitionSplitter::Group>* groups = nullptr;
      double row_bytes = 0;
      DS_TRY_DUCKDB({
        groups = &splitter_.split(binding_.keys());
        row_bytes = bytes_per_row(data);
      });
      for (const auto& group : *groups) DS_RETURN_IF_ERROR(write_group(group, data, groups->size() == 1, row_bytes));
      DS_RETURN_IF_ERROR(relieve());
      forget_empty();
    }
    rows_ += rows.size();
    return {};
  }

  Status write_group(const PartitionSplitter::Group& group, DataChunk& data, bool all_rows, double row_bytes) {
    if (partitions_.size() <= group.key) partitions_.resize(group.key + 1);
    Partition& partition = partitions_[group.key];
    if (!partition.known) {
      DS_ASSIGN_OR_RETURN(partition.folder, files_->folder(binding_.keys(), group.first_row, partition.values));
      partition.known = true;
    }
    const size_t count = group.rows.size();
    if (all_rows && partition.gathered.rows() == 0 && (partition.file.writer || count >= kChunkRows / 2)) return write_to_file(group.key, data);
    const uint64_t before = partition.gathered.bytes();
    DS_TRY_DUCKDB(partition.gathered.append(data, all_rows ? nullptr : &group.rows, row_bytes));
    gathered_bytes_ += partition.gathered.bytes() - before;
    bool enough = partition.file.writer ? partition.gathered.rows() >= kChunkRows : partition.gathered.rows() >= kRowsForFile;
    return enough || partition.gathered.bytes() >= kBytesForFile ? pour(group.key) : Status();
  }

  // Puts the waiting rows into the partition's file.
  Status pour(Key key) {
    GatheredRows& gathered = partitions_[key].gathered;
    gathered_bytes_ -= gathered.bytes();
    return gathered.pour([&](DataChunk& rows) { return write_to_file(key, rows); });
  }

  // When too much waits, the partitions with most of it get their files.
  Status relieve() {
    if (gathered_bytes_ <= max_gathered_bytes_) return {};
    std::vector<Key> keys;
    for (Key key = 0; key < partitions_.size(); key++) {
      if (partitions_[key].gathered.rows() > 0) keys.push_back(key);
    }
    std::sort(keys.begin(), keys.end(), [&](Key a, Key b) { return partitions_[a].gathered.bytes() > partitions_[b].gathered.bytes(); });
    for (Key key : keys) {
      if (gathered_bytes_ <= max_gathered_bytes_ / 2) break;
      DS_RETURN_IF_ERROR(pour(key));
    }
    return {};
  }

  Status write_to_file(Key key, DataChunk& rows) {
    if (partitions_.size() <= key) partitions_.resize(key + 1);
    Partition& partition = partitions_[key];
    if (partition.file.writer) {
      open_.splice(open_.begin(), open_, partition.used);
    } else {
      if (open_.size() >= max_open_) DS_RETURN_IF_ERROR(close(open_.back()));
      DS_ASSIGN_OR_RETURN(partition.file, files_->open(partition.folder));
      open_.push_front(key);
      partition.used = open_.begin();
    }
    DS_RETURN_IF_ERROR(files_->write(partition.file, rows));
    return files_->full(partition.file) ? close(key) : Status();
  }

  Status close(Key key) {
    Partition& partition = partitions_[key];
    open_.erase(partition.used);
    idle_.push_back(key);
    return files_->close(std::exchange(partition.file, {}), partition.values);
  }

  Status close_all() {
    while (!open_.empty()) {
      const Key key = open_.back();
      if (partitions_[key].gathered.rows() > 0) DS_RETURN_IF_ERROR(pour(key));
      // Pouring may have filled and closed the file.
      if (partitions_[key].file.writer) DS_RETURN_IF_ERROR(close(key));
    }
    for (Key key = 0; key < partitions_.size(); key++) {
      if (partitions_[key].gathered.rows() > 0) DS_RETURN_IF_ERROR(pour(key));
      if (partitions_[key].file.writer) DS_RETURN_IF_ERROR(close(key));
    }
    forget_empty();
    return {};
  }

  // Partitions that hold nothing cost nothing until they come again.
  void forget_empty() {
    for (Key key : idle_) {
      Partition& partition = partitions_[key];
      if (!partition.known || partition.file.writer || partition.gathered.rows() > 0) continue;
      partition = Partition();
      splitter_.forget(key);
    }
    idle_.clear();
  }

  const std::string where_;
  ColumnBinding binding_;
  const std::unique_ptr<TableFiles> files_;
  const size_t max_open_;
  const uint64_t max_gathered_bytes_;
  const bool partitioned_;
  PartitionSplitter splitter_;
  std::vector<Partition> partitions_;   // by key; without partition columns the first is the table
  std::list<Key> open_;                 // those with a file, most recently used first
  std::vector<Key> idle_;               // closed since they were looked at
  uint64_t gathered_bytes_ = 0;
  uint64_t rows_ = 0;
  bool failed_ = false;
};

}  // namespace

Result<std::unique_ptr<DataWriter>> DataWriter::create(const Snapshot& table, const std::vector<Field>& columns, const DataWriterOptions& options,
                                                       const Environment& environment) {
  DS_RETURN_IF_ERROR(check_writable(table.protocol(), table.metadata(), table.schema(), table.where()));
  DS_ASSIGN_OR_RETURN(ColumnBinding binding, ColumnBinding::create(table, columns));
  DS_ASSIGN_OR_RETURN(auto files, TableFiles::create(table, binding, options, environment));
  return std::unique_ptr<DataWriter>(std::make_unique<TableDataWriter>(std::move(binding), std::move(files), options, table.where()));
}

}  // namespace deltastream::delta

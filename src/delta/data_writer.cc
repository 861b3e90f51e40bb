#include "delta/data_writer.h"

#include <algorithm>
#include <list>

#include "common/exception.h"
#include "common/uri.h"
#include "delta/features.h"
#include "delta/features/activity.h"
#include "delta/partition_value.h"
#include "delta/statistics.h"
#include "delta/table_properties.h"
#include "delta/write/column_binding.h"
#include "delta/write/partition_splitter.h"
#include "delta/write/statistics_columns.h"

namespace deltastream::delta {
namespace {

// Local file systems take names of up to 255 bytes; a longer partition folder is replaced by a short random one, which the
// protocol allows: values come from the log, not from folders.
constexpr size_t kMaxFolderBytes = 240;
// Many partitions buffer a row group each.
constexpr uint64_t kPartitionRowGroupBytes = 16ull << 20;

Result<std::string> codec_name(const Snapshot& table, const std::string& fallback) {
  std::string codec = table.property("delta.parquet.compression.codec").value_or(fallback);
  for (char& c : codec) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (codec == "uncompressed") codec = "none";
  if (codec == "lz4") codec = "lz4_raw";
  for (const char* known : {"zstd", "snappy", "gzip", "lz4_raw", "none"}) {
    if (codec == known) return codec;
  }
  return unsupported(table.where() + " asks for Parquet files compressed with '" + codec + "'; there are zstd, snappy, gzip, lz4 and none");
}

struct OpenFile {
  PartitionSplitter::Key key = 0;
  PartitionValues values;
  std::string path;  // as the store has it
  std::unique_ptr<format::ParquetFileWriter> writer;
};

class TableDataWriter final : public DataWriter {
 public:
  TableDataWriter(const Snapshot& table, ColumnBinding binding, const DataWriterOptions& options, std::string codec, const Environment& environment)
      : store_(table.store()), environment_(environment), binding_(std::move(binding)), statistics_columns_(table),
        max_open_(std::max<size_t>(1, options.max_open_partitions)), codec_(std::move(codec)) {
    const auto& properties = table.metadata().configuration;
    target_bytes_ = static_cast<uint64_t>(bytes_property(properties, "delta.targetFileSize", static_cast<int64_t>(options.target_file_bytes)));
    bool random = table.column_mapping() != ColumnMappingMode::kNone || delta::property_is_true(properties, "delta.randomizeFilePrefixes");
    prefix_length_ = random ? static_cast<size_t>(std::clamp<int64_t>(number_property(properties, "delta.randomPrefixLength", 2), 1, 64)) : 0;
    if (!binding_.key_columns().empty()) parquet_.row_group_bytes = kPartitionRowGroupBytes;
    parquet_.codec = codec_;
    parquet_.field_ids = binding_.field_ids();
  }

  // What was written and not handed out belongs to nobody.
  ~TableDataWriter() override {
    open_.clear();
    for (const auto& path : written_paths_) (void)store_->remove(path);
  }

  Status write(DataChunk& rows) override {
    DS_RETURN_IF_ERROR(check_usable());
    if (rows.size() == 0) return {};
    auto written = write_rows(rows);
    failed_ = !written.ok();
    return written;
  }

  Result<std::vector<Add>> finish() override {
    DS_RETURN_IF_ERROR(check_usable());
    while (!open_.empty()) {
      auto closed = close(open_.begin());
      if (closed.ok()) continue;
      failed_ = true;
      return std::move(closed).error();
    }
    forget_closed();
    written_paths_.clear();
    return std::exchange(adds_, {});
  }

  uint64_t rows_written() const override { return rows_; }
  size_t open_partitions() const override { return open_.size(); }

 private:
  using Files = std::list<OpenFile>;  // most recently used first

  Status check_usable() const {
    return failed_ ? Status(internal("the writer of " + store_->describe() + " is used after an error: its rows are lost and must be written anew")) : Status();
  }

  Status write_rows(DataChunk& rows) {
    DS_RETURN_IF_ERROR(binding_.bind(rows));
    if (binding_.key_columns().empty()) {
      DS_RETURN_IF_ERROR(write_group(0, 0, nullptr));
    } else {
      const std::vector<PartitionSplitter::Group>* groups = nullptr;
      DS_TRY_DUCKDB(groups = &splitter_.split(binding_.keys()));
      for (const auto& group : *groups) {
        DS_RETURN_IF_ERROR(write_group(group.key, group.first_row, groups->size() == 1 ? nullptr : &group.rows));
      }
      forget_closed();
    }
    rows_ += rows.size();
    return {};
  }

  // Without a selection all rows belong to the group.
  Status write_group(PartitionSplitter::Key key, size_t first_row, const std::vector<uint32_t>* rows) {
    DS_ASSIGN_OR_RETURN(Files::iterator file, file_of(key, first_row));
    DataChunk* data = &binding_.data();
    DataChunk part;
    if (rows) {
      DS_TRY_DUCKDB({
        duckdb::SelectionVector selection(const_cast<duckdb::sel_t*>(rows->data()));
        part.InitializeEmpty(data->GetTypes());
        part.Slice(*data, selection, rows->size());
      });
      data = &part;
    }
    DS_RETURN_IF_ERROR(file->writer->write(*data).context("writing '" + file->path + "'"));
    if (file->writer->bytes_estimate() >= target_bytes_) return close(file);
    return {};
  }

  // The partition's open file, as the most recently used one.
  Result<Files::iterator> file_of(PartitionSplitter::Key key, size_t first_row) {
    if (!open_.empty() && open_.front().key == key) return open_.begin();
    if (by_key_.size() <= key) by_key_.resize(key + 1, open_.end());
    auto found = by_key_[key];
    if (found != open_.end()) {
      open_.splice(open_.begin(), open_, found);
      return found;
    }
    if (open_.size() >= max_open_) DS_RETURN_IF_ERROR(close(std::prev(open_.end())));
    OpenFile file;
    file.key = key;
    DS_ASSIGN_OR_RETURN(file.path, new_path(first_row, file.values));
    DS_ASSIGN_OR_RETURN(auto sink, store_->open_writer(file.path));
    DS_ASSIGN_OR_RETURN(file.writer, format::ParquetFileWriter::create(std::move(sink), binding_.file_columns(), parquet_).context("writing '" + file.path + "'"));
    open_.push_front(std::move(file));
    by_key_[key] = open_.begin();
    return open_.begin();
  }

  Result<std::string> new_path(size_t row, PartitionValues& values) {
    std::string folders;
    bool short_names = true;
    const auto& columns = binding_.key_columns();
    for (size_t i = 0; i < columns.size(); i++) {
      Value value;
      DS_TRY_DUCKDB(value = binding_.keys().data[i].GetValue(row));
      DS_ASSIGN_OR_RETURN(auto text, format_partition_value(value, columns[i].type).context("the partition column '" + columns[i].name + "'"));
      std::string folder = partition_folder(columns[i].name, text);
      short_names = short_names && folder.size() <= kMaxFolderBytes;
      folders += folder + "/";
      values[columns[i].name] = std::move(text);
    }
    if (prefix_length_ > 0) folders = random_prefix(prefix_length_) + "/";
    if (!short_names) folders = random_prefix(8) + "/";
    return folders + "part-00000-" + environment_.random->uuid() + "-c000" + (codec_ == "none" ? "" : "." + codec_) + ".parquet";
  }

  std::string random_prefix(size_t length) {
    static constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string prefix;
    for (size_t i = 0; i < length; i++) prefix += kLetters[environment_.random->next() % kLetters.size()];
    return prefix;
  }

  Status close(Files::iterator file) {
    closed_keys_.push_back(file->key);
    by_key_.resize(std::max<size_t>(by_key_.size(), file->key + 1), open_.end());
    by_key_[file->key] = open_.end();
    OpenFile closing = std::move(*file);
    open_.erase(file);
    // Even a finish that reports an error may have left the object: its answer can be lost.
    written_paths_.push_back(closing.path);
    auto summary = closing.writer->finish();
    if (!summary.ok()) return std::move(summary).context("writing '" + closing.path + "'").error();
    statistics_columns_.keep(summary->columns);
    Add add;
    add.path = percent_encode_path(closing.path);
    add.partition_values = std::move(closing.values);
    add.size = static_cast<int64_t>(summary->bytes);
    add.modification_time = environment_.clock->now_us() / 1000;
    add.stats = write_statistics(static_cast<int64_t>(summary->rows), summary->columns);
    adds_.push_back(std::move(add));
    return {};
  }

  // Keys whose file is closed cost nothing until they come again.
  void forget_closed() {
    for (auto key : closed_keys_) {
      bool open = key < by_key_.size() && by_key_[key] != open_.end();
      if (!open && !binding_.key_columns().empty()) forgotten_.push_back(key);
    }
    closed_keys_.clear();
    std::sort(forgotten_.begin(), forgotten_.end());
    forgotten_.erase(std::unique(forgotten_.begin(), forgotten_.end()), forgotten_.end());
    for (auto key : forgotten_) splitter_.forget(key);
    forgotten_.clear();
  }

  const std::shared_ptr<storage::ObjectStore> store_;
  const Environment environment_;
  ColumnBinding binding_;
  const StatisticsColumns statistics_columns_;
  const size_t max_open_;
  const std::string codec_;
  uint64_t target_bytes_ = 0;
  size_t prefix_length_ = 0;
  format::ParquetWriteOptions parquet_;
  PartitionSplitter splitter_;
  Files open_;
  std::vector<Files::iterator> by_key_;  // end: no file is open
  std::vector<PartitionSplitter::Key> closed_keys_, forgotten_;
  std::vector<Add> adds_;
  std::vector<std::string> written_paths_;  // finished, not handed out
  uint64_t rows_ = 0;
  bool failed_ = false;
};

}  // namespace

Result<std::unique_ptr<DataWriter>> DataWriter::create(const Snapshot& table, const std::vector<Field>& columns, const DataWriterOptions& options,
                                                       const Environment& environment) {
  DS_RETURN_IF_ERROR(check_writable(table.protocol(), table.metadata(), table.schema(), table.where()));
  DS_ASSIGN_OR_RETURN(ColumnBinding binding, ColumnBinding::create(table, columns));
  DS_ASSIGN_OR_RETURN(std::string codec, codec_name(table, options.codec));
  return std::unique_ptr<DataWriter>(std::make_unique<TableDataWriter>(table, std::move(binding), options, std::move(codec), environment));
}

}  // namespace deltastream::delta

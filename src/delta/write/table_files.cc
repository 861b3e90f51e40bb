#include "delta/write/table_files.h"

#include <algorithm>
#include <cctype>

#include "common/exception.h"
#include "common/uri.h"
#include "delta/features/activity.h"
#include "delta/partition_value.h"
#include "delta/statistics.h"
#include "delta/table_properties.h"

namespace deltastream::delta {
namespace {

// Local file systems take names of up to 255 bytes; a longer partition folder is replaced by a short random one, which the
// protocol allows: values come from the log, not from folders.
constexpr size_t kMaxFolderBytes = 240;
// Many partitions buffer a row group each.
constexpr uint64_t kPartitionRowGroupBytes = 8ull << 20;

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

}  // namespace

Result<std::unique_ptr<TableFiles>> TableFiles::create(const Snapshot& table, const ColumnBinding& binding, const DataWriterOptions& options,
                                                       const Environment& environment) {
  DS_ASSIGN_OR_RETURN(std::string codec, codec_name(table, options.codec));
  return std::unique_ptr<TableFiles>(new TableFiles(table, binding, options, std::move(codec), environment));
}

TableFiles::TableFiles(const Snapshot& table, const ColumnBinding& binding, const DataWriterOptions& options, std::string codec, const Environment& environment)
    : store_(table.store()), environment_(environment), statistics_columns_(table), file_columns_(binding.file_columns()), key_columns_(binding.key_columns()) {
  const auto& properties = table.metadata().configuration;
  target_bytes_ = static_cast<uint64_t>(bytes_property(properties, "delta.targetFileSize", static_cast<int64_t>(options.target_file_bytes)));
  bool random = table.column_mapping() != ColumnMappingMode::kNone || property_is_true(properties, "delta.randomizeFilePrefixes");
  prefix_length_ = random ? static_cast<size_t>(std::clamp<int64_t>(number_property(properties, "delta.randomPrefixLength", 2), 1, 64)) : 0;
  parquet_.codec = std::move(codec);
  parquet_.field_ids = binding.field_ids();
  if (!key_columns_.empty()) parquet_.row_group_bytes = kPartitionRowGroupBytes;
}

TableFiles::~TableFiles() {
  for (const auto& path : paths_) (void)store_->remove(path);
}

Result<std::string> TableFiles::folder(DataChunk& keys, size_t row, PartitionValues& values) {
  std::string folders;
  bool short_names = true;
  for (size_t i = 0; i < key_columns_.size(); i++) {
    Value value;
    DS_TRY_DUCKDB(value = keys.data[i].GetValue(row));
    DS_ASSIGN_OR_RETURN(auto text, format_partition_value(value, key_columns_[i].type).context("the partition column '" + key_columns_[i].name + "'"));
    std::string name = partition_folder(key_columns_[i].name, text);
    short_names = short_names && name.size() <= kMaxFolderBytes;
    folders += name + "/";
    values[key_columns_[i].name] = std::move(text);
  }
  if (prefix_length_ > 0) return random_prefix(prefix_length_) + "/";
  return short_names ? folders : random_prefix(8) + "/";
}

std::string TableFiles::random_prefix(size_t length) {
  static constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string prefix;
  for (size_t i = 0; i < length; i++) prefix += kLetters[environment_.random->next() % kLetters.size()];
  return prefix;
}

Result<OpenFile> TableFiles::open(const std::string& folder) {
  OpenFile file;
  file.path = folder + "part-00000-" + environment_.random->uuid() + "-c000" + (parquet_.codec == "none" ? "" : "." + parquet_.codec) + ".parquet";
  DS_ASSIGN_OR_RETURN(auto sink, store_->open_writer(file.path));
  DS_ASSIGN_OR_RETURN(file.writer, format::ParquetFileWriter::create(std::move(sink), file_columns_, parquet_).context("writing '" + file.path + "'"));
  return file;
}

Status TableFiles::write(OpenFile& file, DataChunk& rows) { return file.writer->write(rows).context("writing '" + file.path + "'"); }

Status TableFiles::close(OpenFile file, const PartitionValues& values) {
  // Even a finish that reports an error may have left the object: its answer can be lost.
  paths_.push_back(file.path);
  auto summary = file.writer->finish();
  if (!summary.ok()) return std::move(summary).context("writing '" + file.path + "'").error();
  statistics_columns_.keep(summary->columns);
  Add add;
  add.path = percent_encode_path(file.path);
  add.partition_values = values;
  add.size = static_cast<int64_t>(summary->bytes);
  add.modification_time = environment_.clock->now_us() / 1000;
  add.stats = write_statistics(static_cast<int64_t>(summary->rows), summary->columns);
  adds_.push_back(std::move(add));
  return {};
}

std::vector<Add> TableFiles::take() {
  paths_.clear();
  return std::exchange(adds_, {});
}

}  // namespace deltastream::delta

#include "delta/checkpoint/checkpoint_file.h"

#include "common/exception.h"
#include "delta/partition_value.h"
#include "delta/statistics.h"

namespace deltastream::delta {
namespace {

// Rows are heavy (paths and statistics as text): a row group is what a reader holds at once.
constexpr uint64_t kRowGroupBytes = 32ull << 20;

void set_deletion_vector(StructRow& row, const DeletionVectorView& vector) {
  if (vector.storage_type == 0) return;
  StructRow child = row.child("deletionVector");
  child.text("storageType", std::string_view(&vector.storage_type, 1));
  child.text_view("pathOrInlineDv", vector.path_or_inline);
  if (vector.offset) child.number("offset", *vector.offset);
  child.number("sizeInBytes", vector.size_in_bytes);
  child.number("cardinality", vector.cardinality);
}

// The value of a struct type, its leaves taken from `leaf` by path.
Value build(const LogicalType& type, std::vector<std::string>& path, const auto& leaf) {
  if (type.id() != LogicalTypeId::STRUCT) return leaf(path, type);
  duckdb::vector<Value> values;
  for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
    path.push_back(name);
    values.push_back(build(child, path, leaf));
    path.pop_back();
  }
  return Value::STRUCT(type, std::move(values));
}

Value statistics_value(const LogicalType& type, const StatisticsReader& reader) {
  std::vector<std::string> path;
  return build(type, path, [&](const std::vector<std::string>& at, const LogicalType& leaf_type) {
    auto or_null = [&](const auto& value, auto make) { return value ? make(*value) : Value(leaf_type); };
    if (at[0] == "numRecords") return or_null(reader.num_records(), [](int64_t n) { return Value::BIGINT(n); });
    if (at[0] == "tightBounds") return Value::BOOLEAN(reader.tight_bounds());
    std::vector<std::string> column(at.begin() + 1, at.end());
    ColumnBounds bounds = reader.column(column, leaf_type);
    if (at[0] == "nullCount") return or_null(bounds.null_count, [](int64_t n) { return Value::BIGINT(n); });
    return or_null(at[0] == "minValues" ? bounds.min : bounds.max, [](const Value& value) { return value; });
  });
}

}  // namespace

Result<std::unique_ptr<CheckpointFile>> CheckpointFile::create(storage::ObjectStore& store, const std::string& path, CheckpointLayout layout) {
  DS_ASSIGN_OR_RETURN(auto sink, store.open_writer(path));
  format::ParquetWriteOptions options;
  options.codec = "snappy";  // what every reader of checkpoints, however old, can read
  options.row_group_bytes = kRowGroupBytes;
  DS_ASSIGN_OR_RETURN(auto writer, format::ParquetFileWriter::create(std::move(sink), layout.columns, options));
  std::unique_ptr<CheckpointFile> file(new CheckpointFile(std::move(layout), std::move(writer)));
  DS_TRY_DUCKDB({
    duckdb::vector<LogicalType> types;
    for (const auto& column : file->layout_.columns) types.push_back(column.type);
    file->chunk_.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  });
  return file;
}

CheckpointFile::CheckpointFile(CheckpointLayout layout, std::unique_ptr<format::ParquetFileWriter> writer)
    : layout_(std::move(layout)), writer_(std::move(writer)) {}

Result<StructRow> CheckpointFile::next_row(CheckpointColumn column) {
  if (rows_ > 0 && (column != active_ || rows_ == kChunkRows)) DS_RETURN_IF_ERROR(flush());
  active_ = column;
  return StructRow(chunk_.data[static_cast<size_t>(column)], rows_++);
}

// Rows of a chunk are of one kind: the other columns are one NULL.
Status CheckpointFile::flush() {
  DS_TRY_DUCKDB({
    for (size_t i = 0; i < chunk_.ColumnCount(); i++) {
      if (i == static_cast<size_t>(active_)) continue;
      chunk_.data[i].SetVectorType(duckdb::VectorType::CONSTANT_VECTOR);
      duckdb::ConstantVector::SetNull(chunk_.data[i], true);
    }
    chunk_.SetCardinality(rows_);
    DS_RETURN_IF_ERROR(writer_->write(chunk_));
    chunk_.Reset();
  });
  written_ += static_cast<int64_t>(rows_);
  rows_ = 0;
  return {};
}

Status CheckpointFile::write(const Protocol& protocol) {
  DS_TRY_DUCKDB({
    DS_ASSIGN_OR_RETURN(StructRow row, next_row(CheckpointColumn::kProtocol));
    row.number("minReaderVersion", protocol.min_reader_version);
    row.number("minWriterVersion", protocol.min_writer_version);
    if (protocol.reader_features) row.texts("readerFeatures", *protocol.reader_features);
    if (protocol.writer_features) row.texts("writerFeatures", *protocol.writer_features);
  });
  return {};
}

Status CheckpointFile::write(const Metadata& metadata) {
  DS_TRY_DUCKDB({
    DS_ASSIGN_OR_RETURN(StructRow row, next_row(CheckpointColumn::kMetadata));
    row.text("id", metadata.id);
    if (!metadata.name.empty()) row.text("name", metadata.name);
    if (!metadata.description.empty()) row.text("description", metadata.description);
    StructRow format = row.child("format");
    format.text("provider", metadata.format_provider);
    format.map("options", metadata.format_options);
    row.text("schemaString", metadata.schema_string);
    row.texts("partitionColumns", metadata.partition_columns);
    row.map("configuration", metadata.configuration);
    row.number("createdTime", metadata.created_time);
  });
  return {};
}

Status CheckpointFile::write(const Txn& txn) {
  DS_TRY_DUCKDB({
    DS_ASSIGN_OR_RETURN(StructRow row, next_row(CheckpointColumn::kTxn));
    row.text("appId", txn.app_id);
    row.number("version", txn.version);
    row.number("lastUpdated", txn.last_updated);
  });
  return {};
}

Status CheckpointFile::write(const DomainMetadata& domain) {
  DS_TRY_DUCKDB({
    DS_ASSIGN_OR_RETURN(StructRow row, next_row(CheckpointColumn::kDomain));
    row.text("domain", domain.domain);
    row.text("configuration", domain.configuration);
    row.flag("removed", false);
  });
  return {};
}

Status CheckpointFile::write_checkpoint_metadata(int64_t version) {
  DS_TRY_DUCKDB({
    DS_ASSIGN_OR_RETURN(StructRow row, next_row(CheckpointColumn::kCheckpointMetadata));
    row.number("version", version);
  });
  return {};
}

Status CheckpointFile::write_add(const FileView& file) {
  DS_TRY_DUCKDB({
    DS_ASSIGN_OR_RETURN(StructRow row, next_row(CheckpointColumn::kAdd));
    row.text_view("path", file.path);
    DS_RETURN_IF_ERROR(row.map("partitionValues", file.partition_values).context("partitionValues of '" + std::string(file.path) + "'"));
    row.number("size", file.size);
    row.number("modificationTime", file.time);
    row.flag("dataChange", false);
    if (!file.tags.empty()) DS_RETURN_IF_ERROR(row.map("tags", file.tags).context("tags of '" + std::string(file.path) + "'"));
    set_deletion_vector(row, file.deletion_vector);
    row.number("baseRowId", file.base_row_id);
    row.number("defaultRowCommitVersion", file.default_row_commit_version);
    if (!file.clustering_provider.empty()) row.text_view("clusteringProvider", file.clustering_provider);
    if (layout_.stats_text && !file.stats.empty()) row.text_view("stats", file.stats);
    DS_RETURN_IF_ERROR(set_parsed(row, file));
  });
  return {};
}

Status CheckpointFile::set_parsed(StructRow& add, const FileView& file) {
  if (!layout_.parsed_partitions.empty()) {
    DS_ASSIGN_OR_RETURN(PartitionValues texts, parse_partition_values(file.partition_values));
    duckdb::vector<Value> values;
    for (const auto& column : layout_.parsed_partitions) {
      auto text = texts.find(column.name);
      DS_ASSIGN_OR_RETURN(Value value, parse_partition_value(text == texts.end() ? std::nullopt : text->second, column.type));
      values.push_back(std::move(value));
    }
    add.value("partitionValues_parsed", Value::STRUCT(layout_.parsed_partitions_type, std::move(values)));
  }
  if (!layout_.parsed_statistics.empty() && !file.stats.empty()) {
    add.value("stats_parsed", statistics_value(layout_.parsed_statistics_type, StatisticsReader(file.stats)));
  }
  return {};
}

Status CheckpointFile::write_remove(const FileView& file) {
  DS_TRY_DUCKDB({
    DS_ASSIGN_OR_RETURN(StructRow row, next_row(CheckpointColumn::kRemove));
    row.text_view("path", file.path);
    row.number("deletionTimestamp", file.time);
    row.flag("dataChange", false);
    row.flag("extendedFileMetadata", file.has_size);
    if (!file.partition_values.empty()) {
      DS_RETURN_IF_ERROR(row.map("partitionValues", file.partition_values).context("partitionValues of '" + std::string(file.path) + "'"));
    }
    if (file.has_size) row.number("size", file.size);
    set_deletion_vector(row, file.deletion_vector);
    row.number("baseRowId", file.base_row_id);
    row.number("defaultRowCommitVersion", file.default_row_commit_version);
  });
  return {};
}

Result<CheckpointFile::Summary> CheckpointFile::finish() {
  if (rows_ > 0) DS_RETURN_IF_ERROR(flush());
  DS_ASSIGN_OR_RETURN(auto summary, writer_->finish());
  if (static_cast<int64_t>(summary.rows) != written_) {
    return internal("the checkpoint holds " + std::to_string(summary.rows) + " rows where " + std::to_string(written_) + " were written");
  }
  return Summary{written_, static_cast<int64_t>(summary.bytes)};
}

}  // namespace deltastream::delta

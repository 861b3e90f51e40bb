#include "delta/log/checkpoint_reader.h"

#include "common/exception.h"
#include "delta/log/chunk_columns.h"
#include "delta/log/parsed_columns.h"
#include "format/parquet.h"

namespace deltastream::delta {
namespace {

LogicalType text_map() { return LogicalType::MAP(LogicalTypeId::VARCHAR, LogicalTypeId::VARCHAR); }

// The columns asked for, in one list: each group takes its own as it reads a chunk.
class Columns {
 public:
  size_t add(std::vector<std::string> path, LogicalType type) {
    wanted_.push_back({std::move(path), std::move(type)});
    return wanted_.size() - 1;
  }
  // Of these, no entries and nothing are the same.
  size_t add_text_map(std::vector<std::string> path) {
    wanted_.push_back({std::move(path), text_map(), {}, true});
    return wanted_.size() - 1;
  }
  size_t add_text_list(std::vector<std::string> path) {
    wanted_.push_back({std::move(path), LogicalType::LIST(LogicalTypeId::VARCHAR), {}, true});
    return wanted_.size() - 1;
  }
  const std::vector<format::ParquetReadColumn>& wanted() const { return wanted_; }

 private:
  std::vector<format::ParquetReadColumn> wanted_;
};

// deletionVector of an add or remove.
class VectorColumns {
 public:
  VectorColumns(Columns& columns, const char* action) {
    auto field = [&](const char* name, LogicalTypeId type) { return columns.add({action, "deletionVector", name}, type); };
    first_ = field("storageType", LogicalTypeId::VARCHAR);
    field("pathOrInlineDv", LogicalTypeId::VARCHAR);
    field("offset", LogicalTypeId::INTEGER);
    field("sizeInBytes", LogicalTypeId::INTEGER);
    field("cardinality", LogicalTypeId::BIGINT);
  }
  void take(DataChunk& chunk) {
    for (size_t i = 0; i < std::size(fields_); i++) fields_[i] = ChunkColumn(chunk.data[first_ + i], chunk.size());
  }
  bool is_null(size_t row) const { return fields_[0].is_null(row) && fields_[1].is_null(row); }
  Status read(size_t row, DeletionVectorView& view) const {
    std::string_view type = fields_[0].text_or_empty(row);
    view.storage_type = type.size() == 1 ? type[0] : '?';
    view.path_or_inline = fields_[1].text_or_empty(row);
    view.offset = fields_[2].maybe<int32_t>(row);
    view.size_in_bytes = fields_[3].maybe<int32_t>(row).value_or(0);
    view.cardinality = fields_[4].maybe<int64_t>(row).value_or(-1);
    if (const char* fault = view.fault()) return corrupt("deletionVector '" + std::string(view.path_or_inline) + "': " + fault);
    return {};
  }

 private:
  size_t first_;
  ChunkColumn fields_[5];
};

// add or remove.
class FileColumns {
 public:
  // `parsed_*`: the types of the typed columns where they must be read, else invalid. `source`: given where statistics are left.
  FileColumns(Columns& columns, bool is_add, const LogicalType& parsed_stats, const LogicalType& parsed_values, std::optional<uint32_t> source)
      : is_add_(is_add), source_(source), path_(columns.add({name(), "path"}, LogicalTypeId::VARCHAR)), vector_(columns, name()) {
    size_ = columns.add({name(), "size"}, LogicalTypeId::BIGINT);
    time_ = columns.add({name(), is_add ? "modificationTime" : "deletionTimestamp"}, LogicalTypeId::BIGINT);
    row_id_ = columns.add({name(), "baseRowId"}, LogicalTypeId::BIGINT);
    commit_version_ = columns.add({name(), "defaultRowCommitVersion"}, LogicalTypeId::BIGINT);
    values_ = columns.add_text_map({name(), "partitionValues"});
    if (!is_add) return;
    if (!source_) stats_ = columns.add({name(), "stats"}, LogicalTypeId::VARCHAR);
    tags_ = columns.add_text_map({name(), "tags"});
    provider_ = columns.add({name(), "clusteringProvider"}, LogicalTypeId::VARCHAR);
    if (parsed_stats.id() == LogicalTypeId::STRUCT) parsed_stats_ = columns.add({name(), "stats_parsed"}, parsed_stats);
    if (parsed_values.id() == LogicalTypeId::STRUCT) parsed_values_ = columns.add({name(), "partitionValues_parsed"}, parsed_values);
  }

  // Whether an add of this chunk lacks a text that only a typed column could give: which of the two there are.
  bool lacks_text(DataChunk& chunk, bool typed_stats, bool typed_values) const {
    ChunkColumn path(chunk.data[path_], chunk.size());
    ChunkColumn stats = stats_ ? ChunkColumn(chunk.data[*stats_], chunk.size()) : ChunkColumn();
    ChunkColumn values(chunk.data[values_], chunk.size());
    for (size_t row = 0; row < chunk.size(); row++) {
      if (!path.is_null(row) && ((typed_stats && stats.is_null(row)) || (typed_values && values.is_null(row)))) return true;
    }
    return false;
  }

  Status read(DataChunk& chunk, uint64_t first_row, ActionHandler& handler) { return read(chunk, first_row, handler, 0, chunk.size()); }

  // The rows from `from` to before `to`.
  Status read(DataChunk& chunk, uint64_t first_row, ActionHandler& handler, size_t from, size_t to) {
    size_t rows = chunk.size();
    ChunkColumn path(chunk.data[path_], rows);
    if (path.all_null()) return {};
    ChunkColumn size(chunk.data[size_], rows);
    ChunkColumn time(chunk.data[time_], rows);
    ChunkColumn row_id(chunk.data[row_id_], rows);
    ChunkColumn commit_version(chunk.data[commit_version_], rows);
    TextMapColumn values(chunk.data[values_], rows);
    vector_.take(chunk);
    ChunkColumn stats, provider;
    TextMapColumn tags;
    std::optional<ParsedStatistics> parsed_stats;
    if (is_add_) {
      if (stats_) stats = ChunkColumn(chunk.data[*stats_], rows);
      provider = ChunkColumn(chunk.data[provider_], rows);
      tags = TextMapColumn(chunk.data[tags_], rows);
      if (parsed_stats_) parsed_stats.emplace(chunk.data[*parsed_stats_], rows);
    }
    FileView file;   // one for all rows: to clear it for each costs as much as to fill it
    for (size_t row = from; row < to; row++) {
      if (path.is_null(row)) continue;
      file.path = path.text(row);
      file.has_size = !size.is_null(row);
      if (is_add_ && !file.has_size) return corrupt("add of '" + std::string(file.path) + "': its size is missing");
      file.size = size.maybe<int64_t>(row).value_or(0);
      file.time = time.maybe<int64_t>(row).value_or(0);
      file.base_row_id = row_id.maybe<int64_t>(row);
      file.default_row_commit_version = commit_version.maybe<int64_t>(row);
      if (file.deletion_vector.storage_type != 0) file.deletion_vector = {};
      if (!vector_.is_null(row)) DS_RETURN_IF_ERROR(vector_.read(row, file.deletion_vector));
      values_text_.clear();
      if (!values.is_null(row)) {
        values.append_json(row, values_text_);
      } else if (parsed_values_ && !ChunkColumn(chunk.data[*parsed_values_], rows).is_null(row)) {
        DS_RETURN_IF_ERROR(append_parsed_partition_values(chunk.data[*parsed_values_], row, values_text_));
      }
      file.partition_values = is_add_ && values_text_.empty() ? std::string_view("{}") : values_text_;
      if (is_add_) {
        if (source_) file.stats_at = StatisticsPlace{*source_, first_row + row};
        file.stats = stats.text_or_empty(row);
        stats_text_.clear();
        if (file.stats.empty() && parsed_stats && !parsed_stats->is_null(row)) {
          parsed_stats->append_json(row, stats_text_);
          file.stats = stats_text_;
        }
        tags_text_.clear();
        if (!tags.is_null(row)) tags.append_json(row, tags_text_);
        file.tags = tags_text_;
        file.clustering_provider = provider.text_or_empty(row);
      }
      DS_RETURN_IF_ERROR(is_add_ ? handler.on_add(file) : handler.on_remove(file));
    }
    return {};
  }

 private:
  const char* name() const { return is_add_ ? "add" : "remove"; }

  bool is_add_;
  std::optional<uint32_t> source_;
  size_t path_;
  VectorColumns vector_;
  size_t size_, time_, row_id_, commit_version_, values_;
  size_t tags_ = 0, provider_ = 0;
  std::optional<size_t> stats_, parsed_stats_, parsed_values_;
  std::string values_text_, stats_text_, tags_text_;
};

// Everything that speaks of the table as a whole: few rows.
class TableColumns {
 public:
  explicit TableColumns(Columns& columns) {
    using Id = LogicalTypeId;
    txn_ = columns.add({"txn", "appId"}, Id::VARCHAR);
    columns.add({"txn", "version"}, Id::BIGINT);
    columns.add({"txn", "lastUpdated"}, Id::BIGINT);
    protocol_ = columns.add({"protocol", "minReaderVersion"}, Id::INTEGER);
    columns.add({"protocol", "minWriterVersion"}, Id::INTEGER);
    columns.add_text_list({"protocol", "readerFeatures"});
    columns.add_text_list({"protocol", "writerFeatures"});
    metadata_ = columns.add({"metaData", "schemaString"}, Id::VARCHAR);
    columns.add({"metaData", "id"}, Id::VARCHAR);
    columns.add({"metaData", "name"}, Id::VARCHAR);
    columns.add({"metaData", "description"}, Id::VARCHAR);
    columns.add({"metaData", "format", "provider"}, Id::VARCHAR);
    columns.add_text_map({"metaData", "format", "options"});
    columns.add_text_list({"metaData", "partitionColumns"});
    columns.add_text_map({"metaData", "configuration"});
    columns.add({"metaData", "createdTime"}, Id::BIGINT);
    domain_ = columns.add({"domainMetadata", "domain"}, Id::VARCHAR);
    columns.add({"domainMetadata", "configuration"}, Id::VARCHAR);
    columns.add({"domainMetadata", "removed"}, Id::BOOLEAN);
    sidecar_ = columns.add({"sidecar", "path"}, Id::VARCHAR);
    columns.add({"sidecar", "sizeInBytes"}, Id::BIGINT);
    checkpoint_ = columns.add({"checkpointMetadata", "version"}, Id::BIGINT);
  }

  Status read(DataChunk& chunk, ActionHandler& handler) {
    DS_RETURN_IF_ERROR(each(chunk, txn_, [&](size_t row) {
      return handler.on_txn({std::string(text(txn_, row)), number(txn_ + 1, row).value_or(0), number(txn_ + 2, row)});
    }));
    DS_RETURN_IF_ERROR(each(chunk, protocol_, [&](size_t row) {
      Protocol protocol;
      protocol.min_reader_version = ChunkColumn(chunk.data[protocol_], rows()).get<int32_t>(row);
      protocol.min_writer_version = ChunkColumn(chunk.data[protocol_ + 1], rows()).maybe<int32_t>(row).value_or(0);
      // Some writers give the lists of older protocols as empty ones.
      if (protocol.min_reader_version >= 3) protocol.reader_features = texts(protocol_ + 2, row);
      if (protocol.min_writer_version >= 7) protocol.writer_features = texts(protocol_ + 3, row);
      return handler.on_protocol(std::move(protocol));
    }));
    DS_RETURN_IF_ERROR(each(chunk, metadata_, [&](size_t row) { return handler.on_metadata(metadata(row)); }));
    DS_RETURN_IF_ERROR(each(chunk, domain_, [&](size_t row) {
      ChunkColumn removed(chunk.data[domain_ + 2], rows());
      return handler.on_domain({std::string(text(domain_, row)), std::string(text(domain_ + 1, row)), removed.maybe<bool>(row).value_or(false)});
    }));
    DS_RETURN_IF_ERROR(each(chunk, checkpoint_, [&](size_t row) { return handler.on_checkpoint_version(*number(checkpoint_, row)); }));
    return each(chunk, sidecar_, [&](size_t row) {
      return handler.on_sidecar({std::string(text(sidecar_, row)), number(sidecar_ + 1, row).value_or(0)});
    });
  }

 private:
  template <class Each>
  Status each(DataChunk& chunk, size_t key_column, Each&& each_row) {
    chunk_ = &chunk;
    ChunkColumn key(chunk.data[key_column], chunk.size());
    if (key.all_null()) return {};
    for (size_t row = 0; row < chunk.size(); row++) {
      if (!key.is_null(row)) DS_RETURN_IF_ERROR(each_row(row));
    }
    return {};
  }
  size_t rows() const { return chunk_->size(); }
  std::string_view text(size_t column, size_t row) const { return ChunkColumn(chunk_->data[column], rows()).text_or_empty(row); }
  std::optional<int64_t> number(size_t column, size_t row) const { return ChunkColumn(chunk_->data[column], rows()).maybe<int64_t>(row); }
  std::vector<std::string> texts(size_t column, size_t row) const {
    TextListColumn list(chunk_->data[column], rows());
    return list.is_null(row) ? std::vector<std::string>() : list.get(row);
  }
  StringMap map(size_t column, size_t row) const {
    TextMapColumn texts(chunk_->data[column], rows());
    return texts.is_null(row) ? StringMap() : texts.get(row);
  }
  Metadata metadata(size_t row) const {
    Metadata result;
    result.schema_string = text(metadata_, row);
    result.id = text(metadata_ + 1, row);
    result.name = text(metadata_ + 2, row);
    result.description = text(metadata_ + 3, row);
    if (auto provider = text(metadata_ + 4, row); !provider.empty()) result.format_provider = provider;
    result.format_options = map(metadata_ + 5, row);
    result.partition_columns = texts(metadata_ + 6, row);
    result.configuration = map(metadata_ + 7, row);
    result.created_time = number(metadata_ + 8, row);
    return result;
  }

  size_t txn_, protocol_, metadata_, domain_, sidecar_, checkpoint_;
  DataChunk* chunk_ = nullptr;
};

// What reading a file depends on besides the file.
struct Wish {
  uint64_t first_row = 0;
  LogicalType parsed_stats{LogicalTypeId::INVALID}, parsed_values{LogicalTypeId::INVALID};  // typed columns to read
  std::optional<uint32_t> source;   // given where statistics are left
};

// Where reading ended: before a chunk that needs typed columns which were not asked for, or at the end.
struct Reached {
  std::optional<uint64_t> stopped_at;
  LogicalType parsed_stats, parsed_values;   // as the file has them
  uint64_t fingerprint = 0;
};

Result<Reached> read_from(const Wish& wish, const std::shared_ptr<storage::ObjectStore>& store, const std::string& path, ActionHandler& handler) {
  Columns columns;
  TableColumns table(columns);
  std::optional<FileColumns> adds, removes;
  if (handler.wants_files()) {
    const LogicalType none(LogicalTypeId::INVALID);
    adds.emplace(columns, true, wish.parsed_stats, wish.parsed_values, wish.source);
    removes.emplace(columns, false, none, none, std::nullopt);
  }
  DS_ASSIGN_OR_RETURN(auto reader, format::ParquetFileReader::open(store, path, columns.wanted()));
  Reached reached{std::nullopt, add_field_type(reader->file_schema(), "stats_parsed"), add_field_type(reader->file_schema(), "partitionValues_parsed"),
                  reader->fingerprint()};
  auto unused = [&](const LogicalType& there, const LogicalType& asked_for) {
    return asked_for.id() != LogicalTypeId::STRUCT && there.id() == LogicalTypeId::STRUCT;
  };
  bool typed_stats = !wish.source && unused(reached.parsed_stats, wish.parsed_stats);
  bool typed_values = unused(reached.parsed_values, wish.parsed_values);
  bool more_to_ask = adds && (typed_stats || typed_values);
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns.wanted()) types.push_back(column.type);
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  if (wish.first_row > 0) DS_RETURN_IF_ERROR(reader->seek(wish.first_row));
  while (true) {
    DS_RETURN_IF_ERROR(reader->read(chunk));
    if (chunk.size() == 0) return reached;
    if (more_to_ask && adds->lacks_text(chunk, typed_stats, typed_values)) {
      reached.stopped_at = reader->chunk_first_row();
      return reached;
    }
    DS_RETURN_IF_ERROR(table.read(chunk, handler));
    if (!adds) continue;
    const uint64_t first_row = reader->chunk_first_row();
    if (handler.wants_row_order()) {
      for (size_t row = 0; row < chunk.size(); row++) {
        DS_RETURN_IF_ERROR(adds->read(chunk, first_row, handler, row, row + 1));
        DS_RETURN_IF_ERROR(removes->read(chunk, first_row, handler, row, row + 1));
      }
      continue;
    }
    DS_RETURN_IF_ERROR(adds->read(chunk, first_row, handler));
    DS_RETURN_IF_ERROR(removes->read(chunk, first_row, handler));
  }
}

// The typed columns cost much to read, so they are read only from the first row on that has nothing else.
Result<uint64_t> read_all(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path, ActionHandler& handler,
                          std::optional<uint32_t> source) {
  Wish wish;
  wish.source = source;
  DS_ASSIGN_OR_RETURN(Reached reached, read_from(wish, store, path, handler));
  const uint64_t fingerprint = reached.fingerprint;
  if (reached.stopped_at) {
    wish.first_row = *reached.stopped_at;
    wish.parsed_values = reached.parsed_values;
    if (!source) wish.parsed_stats = reached.parsed_stats;
    DS_ASSIGN_OR_RETURN(reached, read_from(wish, store, path, handler));
    if (reached.fingerprint != fingerprint) return corrupt("the file was replaced while it was read");
  }
  return fingerprint;
}

}  // namespace

LogicalType add_field_type(const std::vector<Field>& schema, std::string_view field) {
  for (const auto& column : schema) {
    if (column.name != "add" || column.type.id() != LogicalTypeId::STRUCT) continue;
    for (const auto& [name, type] : duckdb::StructType::GetChildTypes(column.type)) {
      if (name == field) return type;
    }
  }
  return LogicalType(LogicalTypeId::INVALID);
}

Status read_checkpoint_file(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path, ActionHandler& handler) {
  DS_TRY_DUCKDB({
    auto read = read_all(store, path, handler, std::nullopt).context(path);
    return read.ok() ? Status() : Status(std::move(read).error());
  })
}

Result<uint64_t> read_checkpoint_file(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path, ActionHandler& handler,
                                      uint32_t source) {
  DS_TRY_DUCKDB(return read_all(store, path, handler, source).context(path))
}

}  // namespace deltastream::delta

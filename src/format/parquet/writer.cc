#include <fmt/format.h>

#include <algorithm>

#include "duckdb/common/types/column/column_data_collection.hpp"
#include "format/parquet.h"
#include "format/parquet/database.h"
#include "format/parquet/sink_files.h"
#include "format/parquet/write_statistics.h"
#include "parquet_writer.hpp"
#include "writer/primitive_column_writer.hpp"

namespace deltastream::format {
namespace parquet {
namespace {

using Codec = duckdb_parquet::CompressionCodec;

// Half as long as level 3 for files a twentieth larger (bench parquet).
constexpr int64_t kZstdLevel = 1;
// Values of a column in one row group beyond which it gets no dictionary. DuckDB's own bound, a fifth of the rows, costs up to a third of
// the time of writing: columns of ids and texts fill a large dictionary, which is then thrown away. The files of TPC-H are not larger with
// this one, those of Nexmark's bids by a twentieth.
constexpr uint64_t kDictionaryEntries = 4096;

Result<Codec::type> codec_of(const std::string& name) {
  if (name == "zstd") return Codec::ZSTD;
  if (name == "snappy") return Codec::SNAPPY;
  if (name == "gzip") return Codec::GZIP;
  if (name == "lz4_raw") return Codec::LZ4_RAW;
  if (name == "none") return Codec::UNCOMPRESSED;
  return invalid_argument(fmt::format("Parquet codec '{}' is not known; there are zstd, snappy, gzip, lz4_raw and none", name));
}

using Ids = std::vector<ParquetWriteOptions::FieldId>;

duckdb::ChildFieldIDs field_ids(const Ids& ids, const std::vector<std::pair<std::string, LogicalType>>& fields);

duckdb::FieldID field_id(const ParquetWriteOptions::FieldId& id, const LogicalType& type) {
  duckdb::FieldID result = id.id ? duckdb::FieldID(*id.id) : duckdb::FieldID();
  std::vector<std::pair<std::string, LogicalType>> children;
  switch (type.id()) {
    case LogicalTypeId::STRUCT:
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) children.emplace_back(name, child);
      break;
    case LogicalTypeId::LIST: children.emplace_back("element", duckdb::ListType::GetChildType(type)); break;
    case LogicalTypeId::MAP:
      children.emplace_back("key", duckdb::MapType::KeyType(type));
      children.emplace_back("value", duckdb::MapType::ValueType(type));
      break;
    default: break;
  }
  result.child_field_ids = field_ids(id.children, children);
  return result;
}

duckdb::ChildFieldIDs field_ids(const Ids& ids, const std::vector<std::pair<std::string, LogicalType>>& fields) {
  duckdb::ChildFieldIDs result;
  for (size_t i = 0; i < std::min(ids.size(), fields.size()); i++) {
    result.ids->emplace(fields[i].first, field_id(ids[i], fields[i].second));
  }
  return result;
}

class FileWriter final : public ParquetFileWriter {
 public:
  FileWriter(std::unique_ptr<storage::ObjectWriter> sink, const std::vector<Field>& columns, const ParquetWriteOptions& options)
      : sink_(std::move(sink)), files_(*sink_, failure_), statistics_(columns), options_(options) {
    for (const Field& column : columns) {
      types_.push_back(column.type);
      names_.push_back(column.name);
    }
  }

  Status open(Codec::type codec) {
    return guard([&]() -> Status {
      context_ = make_context(nullptr);
      std::vector<std::pair<std::string, LogicalType>> fields;
      for (size_t i = 0; i < types_.size(); i++) fields.emplace_back(names_[i], types_[i]);
      // No Bloom filters: no Delta reader asks for them, and they cost a pass.
      writer_ = std::make_unique<duckdb::ParquetWriter>(
          *context_, files_, "", types_, names_, codec, field_ids(options_.field_ids, fields), duckdb::ShreddingType(),
          duckdb::vector<std::pair<std::string, std::string>>(), nullptr, duckdb::optional_idx(kDictionaryEntries),
          duckdb::PrimitiveColumnWriter::MAX_UNCOMPRESSED_DICT_PAGE_SIZE, false, 0.01, kZstdLevel, duckdb::ParquetVersion::V1,
          duckdb::GeoParquetVersion::NONE);
      buffer_ = std::make_unique<duckdb::ColumnDataCollection>(*context_, types_);
      buffer_->InitializeAppend(append_);
      return {};
    });
  }

  Status write(DataChunk& rows) override {
    if (!writer_) return internal("rows are written to a Parquet file that is finished");
    if (rows.GetTypes() != types_) return internal("rows of other types than the Parquet file's columns are written");
    if (rows.size() == 0) return {};
    return guard([&]() -> Status {
      statistics_.watch(rows);
      buffer_->Append(append_, rows);
      rows_ += rows.size();
      if (buffer_->Count() >= options_.row_group_rows || buffer_->SizeInBytes() >= options_.row_group_bytes) flush();
      return {};
    });
  }

  uint64_t rows_written() const override { return rows_; }

  uint64_t bytes_estimate() const override {
    if (!writer_) return bytes_;
    return writer_->FileSize() + static_cast<uint64_t>(static_cast<double>(buffer_->SizeInBytes()) * shrinkage_);
  }

  Result<ParquetFileSummary> finish() override {
    if (!writer_) return internal("a Parquet file is finished twice");
    DS_RETURN_IF_ERROR(guard([&]() -> Status {
      if (buffer_->Count() > 0) flush();
      files_.pages().end_pages(writer_->FileSize());
      writer_->Finalize();
      return files_.pages().finish();
    }));
    writer_.reset();
    buffer_.reset();
    DS_ASSIGN_OR_RETURN(storage::ObjectMeta meta, sink_->finish());
    bytes_ = meta.size;
    return ParquetFileSummary{rows_, meta.size, statistics_.take()};
  }

 private:
  template <class Body>
  Status guard(Body&& body) {
    if (broken_) return *broken_;
    try {
      return body();
    } catch (const std::exception& exception) {
      broken_ = write_error(exception, failure_);
      return *broken_;
    }
  }

  void flush() {
    const double buffered = static_cast<double>(buffer_->SizeInBytes());
    const uint64_t before = writer_->FileSize();
    duckdb::PreparedRowGroup group;
    writer_->PrepareRowGroup(*buffer_, group, transform_);
    buffer_->Reset();
    buffer_->InitializeAppend(append_);
    writer_->FlushRowGroup(group);
    statistics_.add(group.row_group);
    if (buffered > 0) shrinkage_ = static_cast<double>(writer_->FileSize() - before) / buffered;
  }

  std::unique_ptr<storage::ObjectWriter> sink_;
  StoreFailure failure_;
  SinkFiles files_;
  WriteStatistics statistics_;
  const ParquetWriteOptions options_;
  std::optional<Error> broken_;
  duckdb::vector<LogicalType> types_;
  duckdb::vector<std::string> names_;
  duckdb::shared_ptr<duckdb::ClientContext> context_;
  std::unique_ptr<duckdb::ParquetWriter> writer_;
  std::unique_ptr<duckdb::ColumnDataCollection> buffer_;
  duckdb::ColumnDataAppendState append_;
  duckdb::unique_ptr<duckdb::ParquetWriteTransformData> transform_;
  double shrinkage_ = 0.3;  // file bytes per buffered byte: a guess until the first row group is out
  uint64_t rows_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace
}  // namespace parquet

Result<std::unique_ptr<ParquetFileWriter>> ParquetFileWriter::create(std::unique_ptr<storage::ObjectWriter> sink,
                                                                     const std::vector<Field>& columns,
                                                                     const ParquetWriteOptions& options) {
  if (columns.empty()) return invalid_argument("a Parquet file needs a column");
  DS_ASSIGN_OR_RETURN(auto codec, parquet::codec_of(options.codec));
  auto writer = std::make_unique<parquet::FileWriter>(std::move(sink), columns, options);
  DS_RETURN_IF_ERROR(writer->open(codec));
  return std::unique_ptr<ParquetFileWriter>(std::move(writer));
}

}  // namespace deltastream::format

#include <fmt/format.h>

#include <algorithm>

#include "duckdb/storage/caching_file_system.hpp"
#include "format/parquet.h"
#include "format/parquet/database.h"
#include "format/parquet/footer.h"
#include "format/parquet/legacy_calendar.h"
#include "format/parquet/metadata.h"
#include "format/parquet/object_files.h"
#include "format/parquet/projection.h"
#include "format/parquet/row_groups.h"
#include "parquet_reader.hpp"
#include "reader/struct_column_reader.hpp"

namespace deltastream::format {
namespace parquet {
namespace {

// The reader of a column with a dictionary gives vectors whose selection it overwrites with the next rows.
void own_selection(Vector& vector, size_t rows) {
  if (vector.GetVectorType() == duckdb::VectorType::DICTIONARY_VECTOR) {
    duckdb::SelectionVector& shared = duckdb::DictionaryVector::SelVector(vector);
    duckdb::SelectionVector own(rows);
    for (size_t i = 0; i < rows; i++) own.set_index(i, shared.get_index(i));
    shared.Initialize(own);
  } else if (vector.GetVectorType() == duckdb::VectorType::FLAT_VECTOR && vector.GetType().InternalType() == duckdb::PhysicalType::STRUCT) {
    for (auto& child : duckdb::StructVector::GetEntries(vector)) own_selection(*child, rows);
  }
}

class FileReader final : public ParquetFileReader {
 public:
  FileReader(std::shared_ptr<storage::ObjectStore> store, const std::string& path) : bytes_(std::move(store), path) {}

  Status open(const std::vector<ParquetReadColumn>& columns, const std::vector<ParquetRange>& ranges) {
    DS_RETURN_IF_ERROR(bytes_.open());
    DS_ASSIGN_OR_RETURN(uint64_t footer, footer_length(bytes_.tail(), bytes_.size(), path()));
    DS_RETURN_IF_ERROR(bytes_.keep_tail(footer));
    const std::string_view footer_bytes = bytes_.tail().substr(bytes_.tail().size() - footer);
    fingerprint_ = std::hash<std::string_view>()(footer_bytes) ^ std::hash<std::string>()(fmt::format("{} {}", bytes_.size(), bytes_.modified_ms()));
    DS_ASSIGN_OR_RETURN(auto metadata, parse_footer(footer_bytes, bytes_.size(), path()));
    return guard([&]() -> Status {
      context_ = make_context(duckdb::make_uniq<ObjectFiles>(bytes_, failure_));
      const duckdb::OpenFileInfo file(path());
      auto handle = duckdb::CachingFileSystem::Get(*context_).OpenFile(duckdb::QueryContext(*context_), file, duckdb::FileFlags::FILE_FLAGS_READ);
      reader_ = duckdb::make_shared_ptr<duckdb::ParquetReader>(*context_, file, duckdb::ParquetOptions(), for_reader(std::move(metadata), *handle, footer));
      describe();
      columns_ = columns;
      project({});
      calendar_ = legacy_calendar(*reader_->GetFileMetadata());
      // The bounds of row groups are of the file's calendar, the ranges of ours.
      kept_ = select_row_groups(*reader_, calendar_.any() ? std::vector<ParquetRange>() : ranges);
      start_scan(0, 0);
      return {};
    });
  }

  const std::vector<Field>& file_schema() const override { return schema_; }
  const std::vector<ParquetWriteOptions::FieldId>& file_field_ids() const override { return field_ids_; }
  Status choose(const std::vector<ParquetReadColumn>& columns) override {
    return guard([&]() -> Status {
      columns_ = columns;
      project({});
      start_scan(0, 0);
      return {};
    });
  }
  uint64_t row_count() const override { return reader_->NumRows(); }
  uint64_t fingerprint() const override { return fingerprint_; }
  uint64_t chunk_first_row() const override { return chunk_first_row_; }

  Status read(DataChunk& out) override {
    return guard([&]() -> Status {
      out.Reset();
      while (taken_ == available_ && next_chunk()) {
      }
      const size_t rows = std::min<size_t>(available_ - taken_, out.GetCapacity());
      chunk_first_row_ = available_first_row_ + taken_;
      if (rows == 0) return {};
      // The chunk handed out shares the scanned vectors, which are made anew each time and own what they refer to.
      if (!scanned_ || rows == scanned_->size()) {
        DataChunk none;
        none.SetCardinality(rows);
        DS_RETURN_IF_ERROR(projection_->convert(scanned_ ? *scanned_ : none, out).context(path()));
      } else {
        DataChunk part;
        part.InitializeEmpty(scanned_->GetTypes());
        duckdb::SelectionVector selection(rows);
        for (size_t i = 0; i < rows; i++) selection.set_index(i, taken_ + i);
        part.Slice(*scanned_, selection, rows);
        DS_RETURN_IF_ERROR(projection_->convert(part, out).context(path()));
      }
      DS_RETURN_IF_ERROR(move_calendar(out).context(path()));
      taken_ += rows;
      return {};
    });
  }

  Status seek(uint64_t row) override {
    if (row > row_count()) return invalid_argument(fmt::format("row {} is asked for, but '{}' has {}", row, path(), row_count()));
    return guard([&]() -> Status {
      size_t from = 0;
      while (from < kept_.size() && first_row_[kept_[from]] + group_rows(kept_[from]) <= row) from++;
      const bool inside = from < kept_.size() && row > first_row_[kept_[from]];
      start_scan(from, inside ? row - first_row_[kept_[from]] : 0);
      return {};
    });
  }

 private:
  const std::string& path() const { return bytes_.path(); }
  uint64_t group_rows(size_t group) const { return static_cast<uint64_t>(reader_->GetFileMetadata()->row_groups[group].num_rows); }

  Status move_calendar(DataChunk& out) {
    if (!calendar_.any()) return {};
    for (Vector& vector : out.data) {
      if (!is_moved(calendar_, vector.GetType())) continue;
      Vector moved(vector.GetType(), out.size());
      DS_RETURN_IF_ERROR(move_to_gregorian(calendar_, vector, out.size(), moved));
      vector.Reference(moved);
    }
    return {};
  }

  // Once an operation failed the scan stands nowhere: it fails ever after.
  template <class Body>
  Status guard(Body&& body) {
    if (broken_) return *broken_;
    try {
      Status status = body();
      if (!status.ok()) broken_ = status.error();
      return status;
    } catch (const std::exception& exception) {
      broken_ = read_error(exception, failure_, path());
      return *broken_;
    }
  }

  void describe() {
    const auto& metadata = *reader_->GetFileMetadata();
    for (const auto& column : reader_->root_schema->children) {
      bool nullable = true;
      if (column.schema_index.IsValid()) {
        const auto& element = metadata.schema[column.schema_index.GetIndex()];
        nullable = !element.__isset.repetition_type || element.repetition_type != duckdb_parquet::FieldRepetitionType::REQUIRED;
      }
      schema_.push_back({column.name, column.type, nullable});
      field_ids_.push_back(field_ids(*reader_, column));
    }
    uint64_t rows = 0;
    for (const auto& group : metadata.row_groups) {
      first_row_.push_back(rows);
      rows += static_cast<uint64_t>(group.num_rows);
    }
  }

  // From the kept group number `from`, its first `skip` rows left out.
  void start_scan(size_t from, uint64_t skip) {
    next_group_ = from;
    skip_ = skip;
    group_left_ = 0;
    available_ = taken_ = 0;
    scanned_.reset();
    bytes_.plan({});
    if (from < kept_.size()) chunk_first_row_ = first_row_[kept_[from]] + skip;
    state_.reset();
  }

  // Sets what is read of the columns. The chunks are those of `projection_` until then.
  void project(std::vector<bool> without) {
    without_ = std::move(without);
    projection_ = std::make_unique<Projection>(*reader_, columns_, without_);
    reader_->column_indexes = projection_->column_indexes();
    reader_->column_ids = {};
    for (const auto& index : projection_->column_indexes()) {
      reader_->column_ids.push_back(duckdb::MultiFileLocalColumnId(index.GetPrimaryIndex()));
    }
    state_.reset();
  }

  // Moves to the next rows; false at the end. May find none and still return true (a group begins).
  bool next_chunk() {
    if (group_left_ == 0) return enter_group();
    const uint64_t first = available_first_row_ + available_;
    taken_ = 0;
    if (projection_->leaves().empty()) {
      available_ = std::min<uint64_t>(group_left_, kChunkRows);
    } else {
      scanned_ = std::make_unique<DataChunk>();
      scanned_->Initialize(*context_, projection_->scan_types());
      reader_->Scan(*context_, *state_, *scanned_);
      for (Vector& vector : scanned_->data) own_selection(vector, scanned_->size());
      available_ = scanned_->size();
      if (available_ == 0) throw duckdb::InvalidInputException("a row group ends %d rows early", group_left_);
    }
    available_first_row_ = first;
    group_left_ -= available_;
    return true;
  }

  bool enter_group() {
    if (next_group_ >= kept_.size()) {
      available_ = taken_ = 0;
      scanned_.reset();
      return false;
    }
    const size_t from = next_group_++;
    const size_t group = kept_[from];
    auto without = leaves_without_values(*reader_, group);
    if (without != without_) project(std::move(without));
    if (!state_ && !projection_->leaves().empty()) {
      state_ = std::make_unique<duckdb::ParquetReaderScanState>();
      reader_->InitializeScan(*context_, *state_, duckdb::vector<duckdb::idx_t>(kept_.begin() + static_cast<int64_t>(from), kept_.end()));
    }
    bytes_.plan(chunk_places(*reader_, group, projection_->leaves()));
    if (!projection_->leaves().empty()) {
      DataChunk none;
      none.Initialize(*context_, projection_->scan_types());
      reader_->Scan(*context_, *state_, none);  // only opens the group
      if (skip_ > 0) {
        state_->root_reader->Cast<duckdb::StructColumnReader>().Skip(skip_);
        state_->offset_in_group += skip_;
      }
    }
    available_first_row_ = first_row_[group] + skip_;
    available_ = taken_ = 0;
    scanned_.reset();
    group_left_ = group_rows(group) - skip_;
    skip_ = 0;
    return true;
  }

  ObjectBytes bytes_;
  StoreFailure failure_;
  std::optional<Error> broken_;
  duckdb::shared_ptr<duckdb::ClientContext> context_;
  duckdb::shared_ptr<duckdb::ParquetReader> reader_;
  std::vector<ParquetReadColumn> columns_;
  std::vector<bool> without_;            // leaves that hold nothing in the open group
  std::unique_ptr<Projection> projection_;
  std::unique_ptr<duckdb::ParquetReaderScanState> state_;
  uint64_t fingerprint_ = 0;
  LegacyCalendar calendar_;
  std::vector<Field> schema_;
  std::vector<ParquetWriteOptions::FieldId> field_ids_;
  std::vector<uint64_t> first_row_;      // of every row group
  std::vector<duckdb::idx_t> kept_;      // row groups that may hold what is wanted
  size_t next_group_ = 0;                // in kept_
  uint64_t skip_ = 0;                    // rows to leave out at the start of the next group
  uint64_t group_left_ = 0;              // rows of the open group not scanned yet
  std::unique_ptr<DataChunk> scanned_;   // null when no file column is read
  uint64_t available_ = 0, taken_ = 0;   // rows of the scanned chunk, and those handed out
  uint64_t available_first_row_ = 0;
  uint64_t chunk_first_row_ = 0;
};

}  // namespace
}  // namespace parquet

Result<std::unique_ptr<ParquetFileReader>> ParquetFileReader::open(std::shared_ptr<storage::ObjectStore> store, const std::string& path,
                                                                   const std::vector<ParquetReadColumn>& columns,
                                                                   const std::vector<ParquetRange>& ranges) {
  auto reader = std::make_unique<parquet::FileReader>(std::move(store), path);
  DS_RETURN_IF_ERROR(reader->open(columns, ranges));
  return std::unique_ptr<ParquetFileReader>(std::move(reader));
}

}  // namespace deltastream::format

#include "delta/log/left_statistics.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "delta/log/checkpoint_reader.h"

namespace deltastream::delta {
namespace {

// Rather decode so many rows than look for the row group that holds the wanted one and begin there.
constexpr uint64_t kStepRows = 200'000;

}  // namespace

Status LeftStatistics::open(uint64_t row, bool typed) {
  std::vector<format::ParquetReadColumn> columns{{{"add", "stats"}, LogicalTypeId::VARCHAR}};
  if (typed) columns.push_back({{"add", "stats_parsed"}, typed_});
  DS_ASSIGN_OR_RETURN(reader_, format::ParquetFileReader::open(store_, source_.path, columns));
  if (reader_->fingerprint() != source_.fingerprint) return conflict("the file was replaced since the table was opened");
  reads_typed_ = typed;
  typed_ = add_field_type(reader_->file_schema(), "stats_parsed");
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns) types.push_back(column.type);
  chunk_.Destroy();
  chunk_.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  first_row_ = 0;
  return row > 0 ? reader_->seek(row) : Status();
}

// The chunk holds the row afterwards.
Status LeftStatistics::move_to(uint64_t row) {
  if (!reader_) DS_RETURN_IF_ERROR(open(row, false));
  if (row < first_row_ || row >= first_row_ + chunk_.size() + kStepRows) DS_RETURN_IF_ERROR(reader_->seek(row));
  do {
    parsed_.reset();
    texts_ = ChunkColumn();
    DS_RETURN_IF_ERROR(reader_->read(chunk_));
    if (chunk_.size() == 0) return corrupt(fmt::format("row {} is not in the file", row));
    first_row_ = reader_->chunk_first_row();
  } while (row >= first_row_ + chunk_.size());
  texts_ = ChunkColumn(chunk_.data[0], chunk_.size());
  if (reads_typed_) parsed_.emplace(chunk_.data[1], chunk_.size());
  return {};
}

Result<std::string_view> LeftStatistics::read(uint64_t row) {
  if (row < first_row_ || row >= first_row_ + chunk_.size()) DS_RETURN_IF_ERROR(move_to(row));
  std::string_view text = texts_.text_or_empty(row - first_row_);
  if (!text.empty() || typed_.id() != LogicalTypeId::STRUCT) return text;
  if (!reads_typed_) {
    DS_RETURN_IF_ERROR(open(first_row_, true));
    DS_RETURN_IF_ERROR(move_to(row));
  }
  text_.clear();
  if (!parsed_->is_null(row - first_row_)) parsed_->append_json(row - first_row_, text_);
  return std::string_view(text_);
}

Result<std::string_view> LeftStatistics::at(uint64_t row) {
  DS_TRY_DUCKDB(return read(row).context("the statistics in " + source_.path))
}

}  // namespace deltastream::delta

#include "connect/filesystem/parquet_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/exception.h"
#include "connect/formats.h"
#include "format/parquet.h"
#include "storage/stores.h"

namespace deltastream::connect::filesystem {
namespace {

class ParquetReader final : public stream::SplitReader {
 public:
  ParquetReader(const stream::SourceRequest& request, FixedColumns fixed)
      : batch_rows_(std::min(request.batch_rows, kChunkRows)), metrics_(request.metrics), fixed_(std::move(fixed)) {}

  Status open(const stream::SourceRequest& request, const std::vector<std::string>& partitioned_by, const std::string& path,
              uint64_t offset, const Environment& environment) {
    std::vector<format::ParquetReadColumn> columns;
    for (const format::DecodeColumn& column : decode_columns(request.columns, partitioned_by)) {
      columns.push_back({column.path, column.type});
      targets_.push_back(column.target);
      types_.push_back(column.type);
    }
    const size_t slash = path.find_last_of('/');
    auto store = storage::make_local_store(slash == std::string::npos ? "." : path.substr(0, slash + 1), environment);
    DS_ASSIGN_OR_RETURN(file_, format::ParquetFileReader::open(store, path.substr(slash + 1), columns));
    if (offset > file_->row_count()) {
      return corrupt(fmt::format("'{}' has shrunk: {} of its rows were read, now it has {}; restore it or start the pipeline anew", path,
                                 offset, file_->row_count()));
    }
    next_ = offset;
    if (offset > 0) DS_RETURN_IF_ERROR(file_->seek(offset));
    return {};
  }

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    const size_t rows = std::min({batch_rows_, static_cast<size_t>(out.GetCapacity()), static_cast<size_t>(file_->row_count() - next_)});
    if (rows == 0) return stream::ReadState::kEnd;
    if (types_.empty()) {
      out.SetCardinality(rows);
    } else {
      DS_RETURN_IF_ERROR(read_columns(out, rows));
    }
    if (out.size() == 0) {
      next_ = file_->row_count();
      return stream::ReadState::kEnd;
    }
    next_ += out.size();
    fixed_.apply(out);
    if (metrics_) metrics_->rows += out.size();
    return next_ == file_->row_count() ? stream::ReadState::kEnd : stream::ReadState::kData;
  }

  stream::SplitPosition position() const override { return {static_cast<int64_t>(next_), next_ == file_->row_count() ? "end" : ""}; }

 private:
  // A chunk of its own each time: `out` only refers to it and may outlive the next call.
  Status read_columns(DataChunk& out, size_t rows) {
    DataChunk columns;
    DS_TRY_DUCKDB(columns.Initialize(duckdb::Allocator::DefaultAllocator(), types_, rows))
    DS_RETURN_IF_ERROR(file_->read(columns));
    for (size_t i = 0; i < targets_.size(); i++) out.data[targets_[i]].Reference(columns.data[i]);
    out.SetCardinality(columns.size());
    return {};
  }

  const size_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
  const FixedColumns fixed_;
  std::unique_ptr<format::ParquetFileReader> file_;
  std::vector<size_t> targets_;
  duckdb::vector<LogicalType> types_;
  uint64_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<stream::SplitReader>> open_parquet_file(const stream::SourceRequest& request,
                                                               const std::vector<std::string>& partitioned_by, const std::string& path,
                                                               FixedColumns fixed, const std::optional<stream::SplitPosition>& position,
                                                               const Environment& environment) {
  auto reader = std::make_unique<ParquetReader>(request, std::move(fixed));
  DS_RETURN_IF_ERROR(reader->open(request, partitioned_by, path, position ? static_cast<uint64_t>(position->offset) : 0, environment));
  return std::unique_ptr<stream::SplitReader>(std::move(reader));
}

}  // namespace deltastream::connect::filesystem

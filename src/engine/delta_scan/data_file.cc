#include "engine/delta_scan/data_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "duckdb/storage/caching_file_system.hpp"
#include "engine/batch/errors.h"
#include "engine/delta_scan/checked_transport.h"
#include "format/parquet/footer.h"
#include "format/parquet/metadata.h"

namespace deltastream::engine {
namespace {

using duckdb::idx_t;

// Bytes that break their format, as DuckDB tells it; what the session or the user's own expressions did stays as it is.
bool is_about_bytes(const duckdb::ErrorData& data) {
  switch (data.Type()) {
    case duckdb::ExceptionType::IO:
    case duckdb::ExceptionType::INVALID_INPUT:
    case duckdb::ExceptionType::SERIALIZATION:
    case duckdb::ExceptionType::INTERNAL:
    case duckdb::ExceptionType::INVALID:
    case duckdb::ExceptionType::BINDER:  // a column of a type that does not become the table's
    case duckdb::ExceptionType::MISMATCH_TYPE:
    case duckdb::ExceptionType::UNKNOWN_TYPE: return true;
    default: return false;
  }
}

std::string shown_name(const duckdb::OpenFileInfo& file) {
  return file.path.starts_with(kObjectScheme) ? file.path.substr(sizeof(kObjectScheme) - 1) : file.path;
}

// As DuckDB keeps it in parquet_multi_file_info.cpp of the version that is pinned: no header tells it.
struct ParquetLocalState : duckdb::LocalTableFunctionState {
  duckdb::ParquetReaderScanState scan_state;
  duckdb::vector<idx_t> group_indexes;
};

class Footer {
 public:
  Footer(duckdb::ClientContext& context, const duckdb::OpenFileInfo& file)
      : files_(duckdb::CachingFileSystem::Get(context)), handle_(files_.OpenFile(duckdb::QueryContext(context), file, duckdb::FileFlags::FILE_FLAGS_READ)), expected_(size_in_log(file)) {}

  duckdb::shared_ptr<duckdb::ParquetFileMetadataCache> read(const std::string& name) {
    // Mostly all of it, so that a store is asked once.
    constexpr uint64_t kRatio = 1000, kLeast = 16 << 10, kMost = 256 << 10;
    const uint64_t size = handle_->GetFileSize();
    // Files never change: one of another length is another file, or half of one.
    if (expected_ && *expected_ != size) batch::throw_error(corrupt(fmt::format("'{}' has {} bytes, the log says {}", name, size, *expected_)));
    std::string_view tail = last(std::min(size, std::clamp(size / kRatio, kLeast, kMost)));
    const uint64_t length = batch::value_or_throw(format::parquet::footer_length(tail, size, name));
    if (length > tail.size()) tail = last(length);
    auto metadata = batch::value_or_throw(format::parquet::parse_footer(tail.substr(tail.size() - length), size, name));
    return format::parquet::for_reader(std::move(metadata), *handle_, length);
  }

 private:
  std::string_view last(uint64_t bytes) {
    if (bytes == 0) return {};
    duckdb::data_ptr_t at = nullptr;
    held_ = handle_->Read(at, bytes, handle_->GetFileSize() - bytes);
    return {reinterpret_cast<const char*>(at), bytes};
  }

  duckdb::CachingFileSystem files_;
  duckdb::unique_ptr<duckdb::CachingFileHandle> handle_;
  const std::optional<uint64_t> expected_;
  duckdb::BufferHandle held_;
};

}  // namespace

void rethrow_reading(const std::exception& exception, const duckdb::OpenFileInfo& file, const DeltaTable& table) {
  duckdb::ErrorData data(exception);
  Error error = batch::from_duckdb(data);
  bool ours = data.ExtraInfo().count("deltastream_kind") > 0;
  const bool about_bytes = is_about_bytes(data);
  if (!ours && !about_bytes && data.Type() != duckdb::ExceptionType::NOT_IMPLEMENTED && data.Type() != duckdb::ExceptionType::OUT_OF_MEMORY) throw;
  if (!ours && about_bytes) error = corrupt(error.message().substr(0, error.message().find("\n\nStack Trace")));
  const std::string name = shown_name(file);
  if (error.message().find(name.substr(name.rfind('/') + 1)) == std::string::npos) error.add_context("file '" + name + "'");
  batch::throw_error(error.add_context("reading " + table.snapshot.where()));
}

DataFileReader::DataFileReader(duckdb::ClientContext& context, const duckdb::OpenFileInfo& data_file, duckdb::ParquetOptions options,
                               FooterCache::Footer footer, std::shared_ptr<const DeltaTable> table)
    : ParquetReader(context, data_file, std::move(options), std::move(footer)), table_(std::move(table)) {}

duckdb::shared_ptr<DataFileReader> DataFileReader::open(duckdb::ClientContext& context, const duckdb::OpenFileInfo& data_file,
                                                        std::shared_ptr<const DeltaTable> table, FooterCache& footers) {
  duckdb::ParquetOptions options(context);
  // Bounds in a footer say nothing of NaN, which is greater than all numbers.
  options.can_have_nan = true;
  try {
    auto stamp = [](DataFileReader& reader) { return object_stamp(reader.GetHandle().GetFileHandle()); };
    if (auto found = footers.find(data_file.path); found.footer) {
      auto reader = duckdb::make_shared_ptr<DataFileReader>(context, data_file, options, found.footer, table);
      if (found.stamp == stamp(*reader)) return reader;
    }
    auto footer = Footer(context, data_file).read(shown_name(data_file));
    auto reader = duckdb::make_shared_ptr<DataFileReader>(context, data_file, std::move(options), footer, table);
    footers.keep(data_file.path, stamp(*reader), std::move(footer));
    return reader;
  } catch (const std::exception& exception) {
    rethrow_reading(exception, data_file, *table);
  }
}

void DataFileReader::PrepareScan(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState& global_state,
                                 duckdb::LocalTableFunctionState& local_state) {
  ParquetReader::PrepareScan(context, global_state, local_state);
  check_reads(context, static_cast<ParquetLocalState&>(local_state).scan_state, *this, shown_name(file));
}

duckdb::AsyncResult DataFileReader::Scan(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState& global_state,
                                         duckdb::LocalTableFunctionState& local_state, DataChunk& chunk) {
  try {
    return ParquetReader::Scan(context, global_state, local_state, chunk);
  } catch (const std::exception& exception) {
    rethrow_reading(exception, file, *table_);
  }
}

}  // namespace deltastream::engine

#include "format/parquet/sink_files.h"

namespace deltastream::format::parquet {
namespace {

class SinkHandle final : public duckdb::FileHandle {
 public:
  using FileHandle::FileHandle;
  void Close() override {}
};

}  // namespace

duckdb::unique_ptr<duckdb::FileHandle> SinkFiles::OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                           duckdb::optional_ptr<duckdb::FileOpener>) {
  return duckdb::make_uniq<SinkHandle>(*this, path, flags);
}

int64_t SinkFiles::Write(duckdb::FileHandle&, void* buffer, int64_t bytes) {
  auto status = pages_.append({static_cast<const char*>(buffer), static_cast<size_t>(bytes)});
  if (!status.ok()) failure_.raise(std::move(status).error());
  written_ += bytes;
  return bytes;
}

int64_t SinkFiles::GetFileSize(duckdb::FileHandle&) { return written_; }

}  // namespace deltastream::format::parquet

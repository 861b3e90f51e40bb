#pragma once
// The file system a Parquet writer sees: one file, which is an object being written, its pages with checksums. Opening it again, reading and
// seeking fail. Closing it finishes nothing. Errors of the object go into the StoreFailure. One thread at a time.

#include "duckdb/common/file_system.hpp"
#include "format/parquet/failure.h"
#include "format/parquet/page_checksums.h"
#include "storage/object_store.h"

namespace deltastream::format::parquet {

class SinkFiles final : public duckdb::FileSystem {
 public:
  // Both must outlive the files.
  SinkFiles(storage::ObjectWriter& sink, StoreFailure& failure) : pages_(sink), failure_(failure) {}

  std::string GetName() const override { return "SinkFiles"; }
  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                  duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  int64_t Write(duckdb::FileHandle& handle, void* buffer, int64_t bytes) override;
  int64_t GetFileSize(duckdb::FileHandle& handle) override;

  PageChecksumWriter& pages() { return pages_; }

 private:
  PageChecksumWriter pages_;
  StoreFailure& failure_;
  int64_t written_ = 0;
};

}  // namespace deltastream::format::parquet

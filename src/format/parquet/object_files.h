#pragma once
// The file system a Parquet reader sees: one object of a store, with the bytes that will be needed fetched in few large
// ranges. The end of the object (the footer) is kept; the column chunks of the current row group are announced with plan()
// and fetched, neighbours together, and looked through when first touched. Every read is checked against the object's size.
// Errors of the store go into the StoreFailure. One thread at a time.

#include <memory>
#include <string>
#include <vector>

#include "duckdb/common/file_system.hpp"
#include "format/parquet/failure.h"
#include "format/parquet/pages.h"
#include "storage/object_store.h"

namespace deltastream::format::parquet {

// The object's bytes.
class ObjectBytes {
 public:
  ObjectBytes(std::shared_ptr<storage::ObjectStore> store, std::string path) : store_(std::move(store)), path_(std::move(path)) {}

  // Learns the size and fetches the last bytes; call once.
  Status open();
  // Keeps at least the last `bytes` of the object.
  Status keep_tail(uint64_t bytes);
  std::string_view tail() const { return tail_; }
  uint64_t size() const { return size_; }
  int64_t modified_ms() const { return modified_ms_; }
  const std::string& path() const { return path_; }
  // Forgets the earlier plan. The chunks lie inside the object. Each is looked through when it is first touched.
  void plan(std::vector<ChunkPlace> chunks);
  Status read(uint64_t offset, std::span<char> buffer);

 private:
  Status check(const ChunkPlace& chunk);
  // The bytes as they are held, fetched now if they are planned; empty when they are neither.
  Result<std::string_view> held(const ByteRange& range);

  struct Buffer {
    std::unique_ptr<char[]> bytes;
    uint64_t length = 0;
  };
  struct Piece {
    ByteRange range;
    Buffer buffer = {};   // empty until touched
  };
  Buffer buffer_for(uint64_t length);

  const std::shared_ptr<storage::ObjectStore> store_;
  const std::string path_;
  uint64_t size_ = 0;
  int64_t modified_ms_ = 0;
  std::string tail_;
  std::vector<Piece> pieces_;
  std::vector<Buffer> spare_;   // of earlier plans: memory that was never touched is the dearest
  UncheckedChunks unchecked_;
};

class ObjectFiles final : public duckdb::FileSystem {
 public:
  ObjectFiles(ObjectBytes& bytes, StoreFailure& failure) : bytes_(bytes), failure_(failure) {}

  std::string GetName() const override { return "ObjectFiles"; }
  duckdb::unique_ptr<duckdb::FileHandle> OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                  duckdb::optional_ptr<duckdb::FileOpener> opener) override;
  void Read(duckdb::FileHandle& handle, void* buffer, int64_t bytes, duckdb::idx_t location) override;
  int64_t GetFileSize(duckdb::FileHandle& handle) override { return static_cast<int64_t>((void)handle, bytes_.size()); }
  duckdb::timestamp_t GetLastModifiedTime(duckdb::FileHandle&) override { return duckdb::timestamp_t(0); }
  void Seek(duckdb::FileHandle&, duckdb::idx_t) override {}
  bool CanSeek() override { return true; }
  // Keeps DuckDB from fetching ahead by itself: its fallback copies past the end of what it fetched when a page header lies.
  bool OnDiskFile(duckdb::FileHandle&) override { return true; }

 private:
  ObjectBytes& bytes_;
  StoreFailure& failure_;
};

}  // namespace deltastream::format::parquet

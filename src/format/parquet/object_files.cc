#include "format/parquet/object_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "format/parquet/hadoop_lz4.h"

namespace deltastream::format::parquet {
namespace {

constexpr uint64_t kTailBytes = 64 << 10;   // holds the footer of most files
constexpr uint64_t kGapBytes = 64 << 10;    // cheaper to read over than to ask again
constexpr uint64_t kPieceBytes = 64 << 20;  // neighbours are joined up to here

class ObjectHandle final : public duckdb::FileHandle {
 public:
  using FileHandle::FileHandle;
  void Close() override {}
};

}  // namespace

Status ObjectBytes::open() {
  DS_ASSIGN_OR_RETURN(storage::ObjectMeta meta, store_->head(path_));
  size_ = meta.size;
  modified_ms_ = meta.modified_ms;
  return keep_tail(std::min(size_, kTailBytes));
}

Status ObjectBytes::keep_tail(uint64_t bytes) {
  if (bytes <= tail_.size()) return {};
  std::string tail(bytes, '\0');
  DS_RETURN_IF_ERROR(store_->get_range(path_, size_ - bytes, tail));
  tail_ = std::move(tail);
  return {};
}

void ObjectBytes::plan(std::vector<ChunkPlace> chunks) {
  spare_.clear();
  for (Piece& piece : pieces_) {
    if (piece.buffer.bytes) spare_.push_back(std::move(piece.buffer));
  }
  pieces_.clear();
  std::sort(chunks.begin(), chunks.end(), [](const ChunkPlace& a, const ChunkPlace& b) { return a.range.start < b.range.start; });
  for (const ChunkPlace& chunk : chunks) {
    const ByteRange& range = chunk.range;
    if (range.length == 0) continue;
    if (!pieces_.empty()) {
      ByteRange& last = pieces_.back().range;
      const uint64_t end = std::max(last.end(), range.end());
      if (range.start <= last.end() + kGapBytes && end - last.start <= kPieceBytes) {
        last.length = end - last.start;
        continue;
      }
    }
    pieces_.push_back({range});
  }
  unchecked_ = UncheckedChunks(std::move(chunks));
}

// The row groups of a file are about as large as each other: what held one holds the next, but for a little.
ObjectBytes::Buffer ObjectBytes::buffer_for(uint64_t length) {
  for (Buffer& spare : spare_) {
    if (spare.bytes && spare.length >= length && spare.length / 4 <= length) return std::move(spare);
  }
  const uint64_t with_room = length + length / 8;
  return {std::make_unique_for_overwrite<char[]>(with_room), with_room};
}

Result<std::string_view> ObjectBytes::held(const ByteRange& range) {
  const uint64_t tail_start = size_ - tail_.size();
  if (range.start >= tail_start) return std::string_view(tail_).substr(range.start - tail_start, range.length);
  for (Piece& piece : pieces_) {
    if (range.start < piece.range.start || range.end() > piece.range.end()) continue;
    if (!piece.buffer.bytes) {
      Buffer buffer = buffer_for(piece.range.length);
      DS_RETURN_IF_ERROR(store_->get_range(path_, piece.range.start, {buffer.bytes.get(), piece.range.length}));
      piece.buffer = std::move(buffer);
    }
    return std::string_view(piece.buffer.bytes.get() + (range.start - piece.range.start), range.length);
  }
  return std::string_view();
}

Status ObjectBytes::check(const ChunkPlace& chunk) {
  DS_ASSIGN_OR_RETURN(std::string_view bytes, held(chunk.range));
  DS_ASSIGN_OR_RETURN(auto unframed, without_hadoop_frames(bytes, chunk, path_, PageChecksums::kCompare));
  if (!unframed) return check_pages(bytes, chunk, path_);
  // What is held is ours, and as long as before.
  std::memcpy(const_cast<char*>(bytes.data()), unframed->data(), bytes.size());
  return check_pages(bytes, chunk, path_, PageChecksums::kPassOver);
}

Status ObjectBytes::read(uint64_t offset, std::span<char> buffer) {
  if (offset > size_ || buffer.size() > size_ - offset) {
    return corrupt(fmt::format("bytes {} to {} of '{}' are asked for, but it has {}", offset, offset + buffer.size(), path_, size_));
  }
  if (const ChunkPlace* chunk = unchecked_.take(offset)) DS_RETURN_IF_ERROR(check(*chunk));
  DS_ASSIGN_OR_RETURN(std::string_view bytes, held({offset, buffer.size()}));
  if (bytes.size() != buffer.size()) return store_->get_range(path_, offset, buffer);
  std::memcpy(buffer.data(), bytes.data(), bytes.size());
  return {};
}

duckdb::unique_ptr<duckdb::FileHandle> ObjectFiles::OpenFile(const std::string& path, duckdb::FileOpenFlags flags,
                                                             duckdb::optional_ptr<duckdb::FileOpener>) {
  return duckdb::make_uniq<ObjectHandle>(*this, path, flags);
}

void ObjectFiles::Read(duckdb::FileHandle&, void* buffer, int64_t bytes, duckdb::idx_t location) {
  if (bytes < 0) failure_.raise(corrupt(fmt::format("a negative length is asked for at byte {} of '{}'", location, bytes_.path())));
  auto status = bytes_.read(location, {static_cast<char*>(buffer), static_cast<size_t>(bytes)});
  if (!status.ok()) failure_.raise(std::move(status).error());
}

}  // namespace deltastream::format::parquet

#include "format/parquet/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "format/parquet/crc32.h"
#include "format/parquet/thrift_walker.h"

namespace deltastream::format::parquet {
namespace {

// Writers before parquet-mr 1.2.9 left the dictionary page's header out of a chunk's length (PARQUET-816).
constexpr uint64_t kForgottenBytes = 100;

// What is looked at of a PageHeader; its data page headers all begin with the number of values.
struct PageHeader {
  std::optional<int32_t> type, uncompressed_size, size, crc;
  std::optional<int32_t> values;  // of a data page
};

bool read_values(ThriftWalker& walker, std::optional<int32_t>& values) {
  return walker.walk_struct([&](int16_t field, ThriftWalker::Wire type) {
    if (field != 1 || type != ThriftWalker::kI32) return walker.skip_field(type, 2);
    return walker.integer(values.emplace());
  });
}

bool read_header(ThriftWalker& walker, PageHeader& header) {
  std::optional<int32_t> values_1, values_2;
  const bool read = walker.walk_struct([&](int16_t field, ThriftWalker::Wire type) {
    if (type == ThriftWalker::kI32) {
      switch (field) {
        case 1: return walker.integer(header.type.emplace());
        case 2: return walker.integer(header.uncompressed_size.emplace());
        case 3: return walker.integer(header.size.emplace());
        case 4: return walker.integer(header.crc.emplace());
        default: break;
      }
    }
    if (field == 5 && type == ThriftWalker::kStruct) return read_values(walker, values_1);
    if (field == 8 && type == ThriftWalker::kStruct) return read_values(walker, values_2);
    return walker.skip_field(type, 1);
  });
  if (!read || !header.type || !header.size || !header.uncompressed_size || *header.size < 0 || *header.uncompressed_size < 0) return false;
  const bool is_data = *header.type == 0 || *header.type == 3;
  if (is_data) header.values = *header.type == 0 ? values_1 : values_2;
  return !is_data || (header.values && *header.values >= 0);
}

Error damaged(const std::string& path, uint64_t position, std::string_view what) {
  return corrupt(fmt::format("the page at byte {} of Parquet file '{}' {}", position, path, what));
}

}  // namespace

Status check_pages(std::string_view bytes, const ChunkPlace& chunk, const std::string& path, PageChecksums checksums) {
  const bool compares = checksums == PageChecksums::kCompare;
  int64_t values = 0;
  for (uint64_t at = 0; at < bytes.size() && values < chunk.values;) {
    const uint64_t position = chunk.range.start + at;
    ThriftWalker walker(bytes.substr(at));
    PageHeader header;
    if (!read_header(walker, header)) return damaged(path, position, "has a header that cannot be read");
    values += header.values.value_or(0);
    at += walker.position();
    const uint64_t left = bytes.size() - at, size = static_cast<uint64_t>(*header.size);
    if (size > left) {
      if (!header.crc && values == chunk.values && size - left <= kForgottenBytes) return {};
      return damaged(path, position, fmt::format("claims {} bytes, its column chunk has {} left", size, left));
    }
    if (compares && header.crc && crc32_of(bytes.substr(at, size)) != static_cast<uint32_t>(*header.crc)) {
      return damaged(path, position, "does not fit its checksum: bytes have changed since it was written");
    }
    at += size;
  }
  if (values != chunk.values) {
    return corrupt(fmt::format("the pages from byte {} of Parquet file '{}' hold {} values, its footer claims {}", chunk.range.start, path, values, chunk.values));
  }
  return {};
}

UncheckedChunks::UncheckedChunks(std::vector<ChunkPlace> chunks) : chunks_(std::move(chunks)), checked_(chunks_.size(), false) {
  std::sort(chunks_.begin(), chunks_.end(), [](const ChunkPlace& a, const ChunkPlace& b) { return a.range.start < b.range.start; });
}

const ChunkPlace* UncheckedChunks::take(uint64_t offset) {
  if (offset >= last_.start && offset < last_.end()) return nullptr;
  auto after = std::upper_bound(chunks_.begin(), chunks_.end(), offset, [](uint64_t at, const ChunkPlace& chunk) { return at < chunk.range.start; });
  if (after == chunks_.begin() || offset >= std::prev(after)->range.end()) return nullptr;
  const auto found = static_cast<size_t>(std::prev(after) - chunks_.begin());
  last_ = chunks_[found].range;
  if (checked_[found]) return nullptr;
  checked_[found] = true;
  return &chunks_[found];
}

}  // namespace deltastream::format::parquet

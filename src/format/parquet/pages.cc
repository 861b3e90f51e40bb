#include "format/parquet/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "format/parquet/crc32.h"
#include "format/parquet/page_header.h"
#include "format/parquet/page_prefix.h"
#include "format/parquet/page_times.h"

namespace deltastream::format::parquet {
namespace {

// Writers before parquet-mr 1.2.9 left the dictionary page's header out of a chunk's length (PARQUET-816).
constexpr uint64_t kForgottenBytes = 100;

constexpr int32_t kRunLengthEncoding = 3;

Error damaged(const std::string& path, uint64_t position, std::string_view what) {
  return corrupt(fmt::format("the page at byte {} of Parquet file '{}' {}", position, path, what));
}

// Whether the bytes of a page can be those that its header says they become: DuckDB takes memory for these.
bool may_have(const PageHeader& header, std::string_view page, int32_t codec) {
  auto uncompressed = static_cast<uint64_t>(*header.uncompressed_size);
  if (!header.data || !header.data->version2) return may_unpack_to(codec, page, uncompressed);
  if (!header.data->compressed) return page.size() == uncompressed;
  const uint64_t levels = header.unpacked_levels();
  return levels <= page.size() && levels <= uncompressed && may_unpack_to(codec, page.substr(levels), uncompressed - levels);
}

Status check_levels(PageLevels& levels, const DataPage& data, std::string_view page, const std::string& path, uint64_t position) {
  if (data.definition_encoding.value_or(kRunLengthEncoding) != kRunLengthEncoding || data.repetition_encoding.value_or(kRunLengthEncoding) != kRunLengthEncoding) {
    return unsupported(fmt::format("the page at byte {} of Parquet file '{}' has levels in another encoding than RLE; that is not offered", position, path));
  }
  const std::string wrong = levels.add(data, page);
  if (!wrong.empty()) return damaged(path, position, wrong);
  return {};
}

Status check_page_times(const PageHeader& header, const ChunkPlace& chunk, std::string_view page, const std::string& path, uint64_t position) {
  Status times;
  if (header.data) {
    times = check_times(*header.data, chunk.levels, chunk.codec, page);
  } else if (*header.type == kDictionaryPage) {
    times = check_times_of_dictionary(static_cast<uint64_t>(*header.uncompressed_size), chunk.codec, page);
  }
  return std::move(times).context(fmt::format("the page at byte {} of Parquet file '{}'", position, path));
}

}  // namespace

Status check_pages(std::string_view bytes, const ChunkPlace& chunk, const std::string& path, PageChecksums checksums) {
  // What is packed in another way DuckDB refuses.
  const bool looks_inside = is_known_codec(chunk.codec) && !(chunk.sound_levels && chunk.sound_levels->load(std::memory_order_relaxed));
  const bool nested = looks_inside && chunk.levels.repetition > 0, times = looks_inside && chunk.int96;
  PageLevels levels(chunk.levels, chunk.codec);
  int64_t values = 0;
  for (uint64_t at = 0; at < bytes.size() && values < chunk.values;) {
    const uint64_t position = chunk.range.start + at;
    ThriftWalker walker(bytes.substr(at));
    PageHeader header;
    if (!read_header(walker, header)) return damaged(path, position, "has a header that cannot be read");
    if (header.data) values += static_cast<int64_t>(header.data->values);
    at += walker.position();
    const uint64_t size = static_cast<uint64_t>(*header.size);
    const std::string_view page = bytes.substr(at, size);
    if (page.size() < size) {
      const bool forgotten = !header.crc && values == chunk.values && size - page.size() <= kForgottenBytes;
      if (!forgotten) return damaged(path, position, fmt::format("claims {} bytes, its column chunk has {} left", size, page.size()));
    } else {
      const bool compares = checksums == PageChecksums::kCompare && header.crc;
      if (compares && crc32_of(page) != static_cast<uint32_t>(*header.crc)) {
        return damaged(path, position, "does not fit its checksum: bytes have changed since it was written");
      }
      if (!may_have(header, page, chunk.codec)) return damaged(path, position, fmt::format("cannot become {} bytes", *header.uncompressed_size));
    }
    if (nested && header.data) DS_RETURN_IF_ERROR(check_levels(levels, *header.data, page, path, position));
    if (times) DS_RETURN_IF_ERROR(check_page_times(header, chunk, page, path, position));
    at += size;
  }
  if (values != chunk.values) {
    return corrupt(fmt::format("the pages from byte {} of Parquet file '{}' hold {} values, its footer claims {}", chunk.range.start, path, values, chunk.values));
  }
  if (nested && levels.rows() != static_cast<uint64_t>(chunk.rows)) {
    return corrupt(fmt::format("the pages from byte {} of Parquet file '{}' hold {} rows, its footer claims {}", chunk.range.start, path, levels.rows(), chunk.rows));
  }
  if (looks_inside && chunk.sound_levels) chunk.sound_levels->store(true, std::memory_order_relaxed);
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

#include "format/parquet/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "format/parquet/crc32.h"
#include "format/parquet/page_levels.h"
#include "format/parquet/page_prefix.h"
#include "format/parquet/page_times.h"
#include "format/parquet/thrift_walker.h"

namespace deltastream::format::parquet {
namespace {

// Writers before parquet-mr 1.2.9 left the dictionary page's header out of a chunk's length (PARQUET-816).
constexpr uint64_t kForgottenBytes = 100;

enum PageType : int32_t { kDataPage = 0, kDictionaryPage = 2, kDataPageV2 = 3 };
constexpr int32_t kRunLengthEncoding = 3;

// What is looked at of a PageHeader.
struct PageHeader {
  std::optional<int32_t> type, uncompressed_size, size, crc;
  std::optional<DataPage> data;
};

bool read_data_header(ThriftWalker& walker, bool version2, DataPage& page) {
  page.version2 = version2;
  std::optional<int32_t> values;
  const bool read = walker.walk_struct([&](int16_t field, ThriftWalker::Wire type) {
    if (page.version2 && field == 7) page.compressed = type != ThriftWalker::kFalse;
    if (type != ThriftWalker::kI32) return walker.skip_field(type, 2);
    int32_t number = 0;
    if (!walker.integer(number)) return false;
    if (field == 1) values = number;
    if (field == (page.version2 ? 4 : 2)) page.encoding = number;
    if (field == 3 && !page.version2) page.definition_encoding = number;
    if (field == 4 && !page.version2) page.repetition_encoding = number;
    if (field == 5 && page.version2) page.definition_bytes = number;
    if (field == 6 && page.version2) page.repetition_bytes = number;
    return true;
  });
  if (!read || !values || *values < 0) return false;
  page.values = static_cast<uint64_t>(*values);
  return true;
}

bool read_header(ThriftWalker& walker, PageHeader& header) {
  std::optional<DataPage> data, data_v2;
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
    if (field == 5 && type == ThriftWalker::kStruct) return read_data_header(walker, false, data.emplace());
    if (field == 8 && type == ThriftWalker::kStruct) return read_data_header(walker, true, data_v2.emplace());
    return walker.skip_field(type, 1);
  });
  if (!read || !header.type || !header.size || !header.uncompressed_size || *header.size < 0 || *header.uncompressed_size < 0) return false;
  if (*header.type == kDictionaryPage) return true;
  header.data = *header.type == kDataPageV2 ? data_v2 : data;
  if (!header.data) return false;
  header.data->unpacked_bytes = static_cast<uint64_t>(*header.uncompressed_size);
  return true;
}

Error damaged(const std::string& path, uint64_t position, std::string_view what) {
  return corrupt(fmt::format("the page at byte {} of Parquet file '{}' {}", position, path, what));
}

// Whether the bytes of a page can be those that its header says they become: DuckDB takes memory for these.
bool may_have(const PageHeader& header, std::string_view page, int32_t codec) {
  auto uncompressed = static_cast<uint64_t>(*header.uncompressed_size);
  if (!header.data || !header.data->version2) return may_unpack_to(codec, page, uncompressed);
  if (!header.data->compressed) return page.size() == uncompressed;
  const uint64_t levels = static_cast<uint64_t>(std::max(header.data->definition_bytes.value_or(0), 0)) +
                          static_cast<uint64_t>(std::max(header.data->repetition_bytes.value_or(0), 0));
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

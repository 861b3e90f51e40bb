#include "format/parquet/page_levels.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "format/parquet/page_prefix.h"

namespace deltastream::format::parquet {
namespace {

constexpr uint64_t kLengthBytes = 4;       // before levels in a page of version 1
constexpr uint64_t kUnpackBytes = 64 << 10;  // as much as decoders do in one go

bool read_length(std::string_view bytes, uint64_t at, uint64_t& length) {
  uint32_t value = 0;
  if (at + kLengthBytes > bytes.size()) return false;
  std::memcpy(&value, bytes.data() + at, kLengthBytes);
  length = value;
  return true;
}

}  // namespace

bool PageLevels::unpack(const DataPage& page, std::string_view bytes, uint64_t wanted) {
  if (wanted <= first_.size()) return true;
  if (codec_ == duckdb_parquet::CompressionCodec::UNCOMPRESSED) {
    first_ = bytes;
    return wanted <= first_.size();
  }
  if (wanted > page.unpacked_bytes) return false;
  // Levels are mostly as long as they are when packed.
  const auto bits = static_cast<uint64_t>(std::bit_width(highest_.repetition) + std::bit_width(highest_.definition));
  const uint64_t likely = std::max(kUnpackBytes, page.values * bits / 8 + 1024);
  unpacked_.resize(std::min(page.unpacked_bytes, std::max(wanted, likely)));
  first_ = unpacked_;
  return unpack_first(codec_, bytes, unpacked_);
}

bool PageLevels::level_bytes(const DataPage& page, std::string_view bytes, std::string_view& repetition, std::string_view& definition) {
  if (page.version2) {
    if (!page.repetition_bytes || !page.definition_bytes || *page.repetition_bytes < 0 || *page.definition_bytes < 0) return false;
    const auto first = static_cast<uint64_t>(*page.repetition_bytes), second = static_cast<uint64_t>(*page.definition_bytes);
    if (first + second > bytes.size()) return false;
    repetition = bytes.substr(0, first);
    definition = bytes.substr(first, second);
    return true;
  }
  uint64_t first = 0, second = 0;
  first_ = {};
  if (!unpack(page, bytes, kLengthBytes) || !read_length(first_, 0, first)) return false;
  const uint64_t definition_at = kLengthBytes + first;
  if (!unpack(page, bytes, definition_at + kLengthBytes) || !read_length(first_, definition_at, second)) return false;
  if (!unpack(page, bytes, definition_at + kLengthBytes + second)) return false;
  repetition = first_.substr(kLengthBytes, first);
  definition = first_.substr(definition_at + kLengthBytes, second);
  return true;
}

std::string PageLevels::add(const DataPage& page, std::string_view bytes) {
  if (page.values == 0) return {};
  std::string_view repetition, definition;
  if (!level_bytes(page, bytes, repetition, definition)) return "holds repetition and definition levels that cannot be read";
  const auto repeats = walk_levels(repetition, page.values, highest_.repetition);
  if (!repeats) return "holds repetition levels that are damaged";
  if (!are_levels(definition, page.values, highest_.definition)) return "holds definition levels that are damaged";
  if (values_ == 0 && repeats->first != 0) return "begins a column amid a row";
  values_ += page.values;
  rows_ += repeats->zeros;
  return {};
}

}  // namespace deltastream::format::parquet

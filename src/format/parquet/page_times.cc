#include "format/parquet/page_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "format/parquet/page_prefix.h"

namespace deltastream::format::parquet {
namespace {

constexpr uint64_t kTimeBytes = 12;   // nanoseconds of the day, then the Julian day
constexpr int64_t kJulianDayOf1970 = 2440588, kDayUs = 86400ll * 1000 * 1000;
// Up to here any nanoseconds are fine: 64 bits of them are less than 106,752 days.
constexpr uint32_t kSafeDay = kJulianDayOf1970 + INT64_MAX / kDayUs - 106'752;

Status unreadable() { return corrupt("its timestamps (INT96) cannot be unpacked"); }

// A page's bytes as they were before they were packed; those that are not packed stay where they are.
class Unpacked {
 public:
  Unpacked(int32_t codec, std::string_view packed, uint64_t size) {
    if (codec == duckdb_parquet::CompressionCodec::UNCOMPRESSED) {
      bytes_ = packed;
      whole_ = packed.size() >= size;
      return;
    }
    room_.reset(new char[size]);
    bytes_ = {room_.get(), size};
    whole_ = unpack_first(codec, packed, {room_.get(), size});
  }
  bool whole() const { return whole_; }
  std::string_view bytes() const { return bytes_; }

 private:
  std::unique_ptr<char[]> room_;
  std::string_view bytes_;
  bool whole_ = false;
};

// As DuckDB computes it, whose two largest numbers mean infinity.
bool fits(int32_t day, int64_t nanos) {
  int64_t micros = 0;
  return day >= 0 && !__builtin_mul_overflow(day - kJulianDayOf1970, kDayUs, &micros) && !__builtin_add_overflow(micros, nanos / 1000, &micros) &&
         micros < INT64_MAX;
}

Status check_values(std::string_view values) {
  const uint64_t count = values.size() / kTimeBytes;
  const char* day_at = values.data() + sizeof(int64_t);
  uint32_t highest = 0;
  for (uint64_t i = 0; i < count; i++) {
    uint32_t day = 0;
    std::memcpy(&day, day_at + i * kTimeBytes, sizeof day);
    highest = std::max(highest, day);
  }
  if (highest <= kSafeDay) return {};
  for (uint64_t i = 0; i < count; i++) {
    int64_t nanos = 0;
    int32_t day = 0;
    std::memcpy(&nanos, values.data() + i * kTimeBytes, sizeof nanos);
    std::memcpy(&day, day_at + i * kTimeBytes, sizeof day);
    if (!fits(day, nanos)) {
      return unsupported(fmt::format("a timestamp (INT96) of the Julian day {} is outside of the years that are read (-4713 to 294246)", day));
    }
  }
  return {};
}

// Of version 1, the levels stand in the packed part, each kind behind its length.
std::optional<uint64_t> level_bytes(std::string_view unpacked, const LeafLevels& highest) {
  uint64_t at = 0;
  for (uint8_t level : {highest.repetition, highest.definition}) {
    if (level == 0) continue;
    uint32_t length = 0;
    if (at + sizeof length > unpacked.size()) return std::nullopt;
    std::memcpy(&length, unpacked.data() + at, sizeof length);
    at += sizeof length + length;
  }
  return at <= unpacked.size() ? std::optional(at) : std::nullopt;
}

}  // namespace

Status check_times(const DataPage& page, const LeafLevels& highest, int32_t codec, std::string_view bytes) {
  constexpr int32_t kPlain = 0;
  if (page.encoding != kPlain || page.values == 0) return {};
  uint64_t levels = 0;
  if (page.version2) {
    levels = static_cast<uint64_t>(std::max(page.definition_bytes.value_or(0), 0)) + static_cast<uint64_t>(std::max(page.repetition_bytes.value_or(0), 0));
    if (levels > bytes.size() || levels > page.unpacked_bytes) return unreadable();
    if (!page.compressed) codec = duckdb_parquet::CompressionCodec::UNCOMPRESSED;
  }
  Unpacked unpacked(codec, bytes.substr(levels), page.unpacked_bytes - levels);
  if (!unpacked.whole()) return unreadable();
  if (page.version2) return check_values(unpacked.bytes());
  const auto skipped = level_bytes(unpacked.bytes(), highest);
  return skipped ? check_values(unpacked.bytes().substr(*skipped)) : unreadable();
}

Status check_times_of_dictionary(uint64_t unpacked_bytes, int32_t codec, std::string_view bytes) {
  Unpacked unpacked(codec, bytes, unpacked_bytes);
  return unpacked.whole() ? check_values(unpacked.bytes()) : unreadable();
}

}  // namespace deltastream::format::parquet

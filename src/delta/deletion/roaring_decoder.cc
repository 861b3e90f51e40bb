#include "delta/deletion/roaring_decoder.h"

#include <bit>
#include <cstring>

namespace deltastream::delta {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of bitmaps are little endian, and are copied as they are");

constexpr uint32_t kPortableMagic = 1681511377;
constexpr uint32_t kNativeMagic = 1681511376;
constexpr uint64_t kBuckets = 1ull << 31;  // keys are below 2^31: rows are positive 64-bit numbers
// The standard format of 32-bit bitmaps.
constexpr uint32_t kCookieWithoutRuns = 12346;
constexpr uint32_t kCookieWithRuns = 12347;
constexpr uint32_t kNoOffsetThreshold = 4;
constexpr uint32_t kMaxListValues = 4096;
constexpr size_t kBitmapWords = 1024;

Error ends_early() { return corrupt("the bitmap ends in the middle"); }
Error wrong_cardinality(uint32_t said, uint64_t found) {
  return corrupt("a container of the bitmap says it holds " + std::to_string(said) + " rows, but holds " + std::to_string(found));
}

}  // namespace

template <class Integer>
bool RoaringDecoder::take(Integer& value) {
  if (rest_.size() < sizeof value) return false;
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return true;
}

Result<DeletionVector> RoaringDecoder::decode() {
  uint32_t magic = 0;
  if (!take(magic)) return ends_early();
  if (magic == kPortableMagic) {
    DS_RETURN_IF_ERROR(portable());
  } else if (magic == kNativeMagic) {
    DS_RETURN_IF_ERROR(native(false));
  } else if (magic == __builtin_bswap32(kNativeMagic)) {
    DS_RETURN_IF_ERROR(native(true));
  } else {
    return corrupt("the bitmap begins with the number " + std::to_string(magic) + ", which is no format of deletion vectors");
  }
  if (!rest_.empty()) return corrupt("after the bitmap " + std::to_string(rest_.size()) + " bytes are left over");
  return std::move(vector_);
}

Status RoaringDecoder::portable() {
  uint64_t count = 0;
  if (!take(count)) return ends_early();
  uint64_t next_key = 0;
  for (uint64_t i = 0; i < count; i++) {
    uint32_t key = 0;
    if (!take(key)) return ends_early();
    if (key < next_key || key >= kBuckets) return corrupt("the bitmap's bucket keys do not ascend below 2^31");
    next_key = uint64_t{key} + 1;
    DS_RETURN_IF_ERROR(bitmap(key));
  }
  return {};
}

// The older form: as many buckets as the last one needs, without keys, each with its length before it. Its own numbers
// come in either byte order (the protocol's example of an inline vector has them big endian), the bitmaps never.
Status RoaringDecoder::native(bool big_endian) {
  auto ordered = [&](int32_t value) { return big_endian ? static_cast<int32_t>(__builtin_bswap32(static_cast<uint32_t>(value))) : value; };
  int32_t count = 0;
  if (!take(count)) return ends_early();
  count = ordered(count);
  if (count < 0) return corrupt("the bitmap says it has a negative number of buckets");
  for (int32_t key = 0; key < count; key++) {
    int32_t length = 0;
    if (!take(length)) return ends_early();
    length = ordered(length);
    size_t before = rest_.size();
    DS_RETURN_IF_ERROR(bitmap(static_cast<uint64_t>(key)));
    if (length < 0 || before - rest_.size() != static_cast<size_t>(length)) return corrupt("a bucket of the bitmap has another length than it says");
  }
  return {};
}

Status RoaringDecoder::bitmap(uint64_t bucket) {
  uint32_t cookie = 0;
  if (!take(cookie)) return ends_early();
  uint32_t count = 0;
  std::string_view run_flags;
  if ((cookie & 0xFFFF) == kCookieWithRuns) {
    count = (cookie >> 16) + 1;
    size_t flag_bytes = (count + 7) / 8;
    if (rest_.size() < flag_bytes) return ends_early();
    run_flags = rest_.substr(0, flag_bytes);
    rest_.remove_prefix(flag_bytes);
  } else if (cookie == kCookieWithoutRuns) {
    if (!take(count)) return ends_early();
  } else {
    return corrupt("a bucket of the bitmap begins with the unknown cookie " + std::to_string(cookie));
  }
  if (count > 65536 || rest_.size() < count * 4ull) return ends_early();
  std::string_view headers = rest_.substr(0, count * 4ull);
  rest_.remove_prefix(headers.size());
  // Where each container starts: they follow each other anyway.
  if (run_flags.empty() || count >= kNoOffsetThreshold) {
    if (rest_.size() < count * 4ull) return ends_early();
    rest_.remove_prefix(count * 4ull);
  }
  uint32_t next_key = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint16_t key = 0;
    uint16_t cardinality_less_one = 0;
    std::memcpy(&key, headers.data() + i * 4, 2);
    std::memcpy(&cardinality_less_one, headers.data() + i * 4 + 2, 2);
    if (key < next_key) return corrupt("the container keys of the bitmap do not ascend");
    next_key = uint32_t{key} + 1;
    bool is_ranges = !run_flags.empty() && (static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8) & 1);
    DS_RETURN_IF_ERROR(container(bucket << 16 | key, uint32_t{cardinality_less_one} + 1, is_ranges));
  }
  return {};
}

Status RoaringDecoder::container(uint64_t high, uint32_t cardinality, bool is_ranges) {
  auto& block = vector_.blocks_.emplace_back();
  block.high = high;
  vector_.cardinality_ += cardinality;
  if (is_ranges) return read_ranges(block, cardinality);
  return cardinality <= kMaxListValues ? read_list(block, cardinality) : read_bits(block, cardinality);
}

Status RoaringDecoder::read_list(DeletionVector::Block& block, uint32_t cardinality) {
  size_t bytes = cardinality * sizeof(uint16_t);
  if (rest_.size() < bytes) return ends_early();
  block.list.resize(cardinality);
  std::memcpy(block.list.data(), rest_.data(), bytes);
  rest_.remove_prefix(bytes);
  for (size_t i = 1; i < block.list.size(); i++) {
    if (block.list[i] <= block.list[i - 1]) return corrupt("the rows of the bitmap do not ascend");
  }
  return {};
}

Status RoaringDecoder::read_bits(DeletionVector::Block& block, uint32_t cardinality) {
  size_t bytes = kBitmapWords * sizeof(uint64_t);
  if (rest_.size() < bytes) return ends_early();
  block.bits.resize(kBitmapWords);
  std::memcpy(block.bits.data(), rest_.data(), bytes);
  rest_.remove_prefix(bytes);
  uint64_t found = 0;
  for (uint64_t word : block.bits) found += static_cast<uint64_t>(std::popcount(word));
  if (found != cardinality) return wrong_cardinality(cardinality, found);
  return {};
}

Status RoaringDecoder::read_ranges(DeletionVector::Block& block, uint32_t cardinality) {
  uint16_t count = 0;
  if (!take(count)) return ends_early();
  if (rest_.size() < count * 4ull) return ends_early();
  block.ranges.reserve(count);
  uint64_t found = 0;
  uint32_t next = 0;
  for (uint16_t i = 0; i < count; i++) {
    uint16_t first = 0;
    uint16_t length_less_one = 0;
    if (!take(first) || !take(length_less_one)) return ends_early();
    uint32_t last = uint32_t{first} + length_less_one;
    if (first < next || last > 0xFFFF) return corrupt("the ranges of the bitmap overlap or leave their container");
    next = last + 1;
    found += uint64_t{length_less_one} + 1;
    block.ranges.push_back({first, static_cast<uint16_t>(last)});
  }
  if (found != cardinality) return wrong_cardinality(cardinality, found);
  return {};
}

}  // namespace deltastream::delta

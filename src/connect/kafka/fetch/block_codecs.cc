#include "connect/kafka/fetch/block_codecs.h"

#include <cstdint>

#include "connect/kafka/fetch/wire.h"
#include "format/lz4_length.h"

namespace deltastream::connect::kafka::fetch {
namespace {

// What comes out of a block: literals and matches, each checked against both ends.
class Output {
 public:
  Output(size_t limit, Buffer& out) : limit_(limit), out_(out), first_(out.size()) {}

  // Matches reach no further back than here.
  void begin_block() { first_ = out_.size(); }

  bool literal(const char* from, size_t size) {
    if (!make_room(size)) return false;
    std::memcpy(out_.data() + out_.size(), from, size);
    out_.set_size(out_.size() + size);
    return true;
  }

  bool match(size_t distance, size_t size) {
    if (distance == 0 || distance > out_.size() - first_ || !make_room(size)) return false;
    char* to = out_.data() + out_.size();
    const char* from = to - distance;
    if (distance >= size) {
      std::memcpy(to, from, size);
    } else {
      for (size_t i = 0; i < size; i++) to[i] = from[i];  // repeats what it has just written
    }
    out_.set_size(out_.size() + size);
    return true;
  }

  Error failure(const char* codec) const {
    if (full_) return resource(std::string(codec) + " data is longer than 'properties.receive.message.max.bytes' allows when it is decompressed");
    return corrupt(std::string(codec) + " data is damaged");
  }

 private:
  bool make_room(size_t size) {
    if (size > limit_ || out_.size() > limit_ - size) return full_ = true, false;
    out_.grow(out_.size() + size);
    return true;
  }
  const size_t limit_;
  Buffer& out_;
  size_t first_;
  bool full_ = false;
};

uint32_t little(const char* at, size_t bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < bytes; i++) value |= uint32_t(static_cast<uint8_t>(at[i])) << (8 * i);
  return value;
}

bool lz4_block(std::string_view rest, Output& out) {
  while (!rest.empty()) {
    const auto token = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    uint64_t literals = token >> 4, match = token & 15;
    if (!format::take_lz4_length(rest, literals) || literals > rest.size() || !out.literal(rest.data(), literals)) return false;
    rest.remove_prefix(literals);
    if (rest.empty()) return true;  // the last sequence is literals only
    if (rest.size() < 2) return false;
    const size_t distance = little(rest.data(), 2);
    rest.remove_prefix(2);
    if (!format::take_lz4_length(rest, match) || !out.match(distance, match + 4)) return false;
  }
  return false;
}

constexpr uint32_t kLz4Magic = 0x184D2204;
constexpr uint32_t kLz4Uncompressed = 0x80000000;

// One frame; moves `rest` behind it.
bool lz4_frame(std::string_view& rest, Output& out) {
  if (rest.size() < 7 || little(rest.data(), 4) != kLz4Magic) return false;
  const auto flags = static_cast<uint8_t>(rest[4]);
  const bool independent = flags & 0x20, block_checksums = flags & 0x10, content_size = flags & 0x08, content_checksum = flags & 0x04;
  const bool dictionary = flags & 0x01;
  const size_t header = 7 + (content_size ? 8 : 0);
  if (flags >> 6 != 1 || dictionary || rest.size() < header) return false;
  rest.remove_prefix(header);
  out.begin_block();
  for (;;) {
    if (rest.size() < 4) return false;
    const uint32_t word = little(rest.data(), 4);
    rest.remove_prefix(4);
    if (word == 0) break;
    const size_t size = word & ~kLz4Uncompressed;
    if (size > rest.size()) return false;
    if (independent) out.begin_block();
    if (word & kLz4Uncompressed ? !out.literal(rest.data(), size) : !lz4_block(rest.substr(0, size), out)) return false;
    rest.remove_prefix(size);
    if (block_checksums) {
      if (rest.size() < 4) return false;
      rest.remove_prefix(4);
    }
  }
  if (!content_checksum) return true;
  if (rest.size() < 4) return false;
  rest.remove_prefix(4);
  return true;
}

bool snappy_copy(uint8_t tag, std::string_view& rest, Output& out) {
  const size_t offset_bytes = (tag & 3) == 1 ? 1 : (tag & 3) == 2 ? 2 : 4;
  if (rest.size() < offset_bytes) return false;
  size_t distance = little(rest.data(), offset_bytes);
  rest.remove_prefix(offset_bytes);
  if ((tag & 3) != 1) return out.match(distance, size_t(tag >> 2) + 1);
  distance |= size_t(tag >> 5) << 8;
  return out.match(distance, size_t(tag >> 2 & 7) + 4);
}

bool snappy_literal(uint8_t tag, std::string_view& rest, Output& out) {
  size_t size = tag >> 2;
  if (size >= 60) {
    const size_t bytes = size - 59;
    if (rest.size() < bytes) return false;
    size = little(rest.data(), bytes);
    rest.remove_prefix(bytes);
  }
  size++;
  if (size > rest.size() || !out.literal(rest.data(), size)) return false;
  rest.remove_prefix(size);
  return true;
}

bool snappy_block(std::string_view rest, Output& out, Buffer& buffer) {
  uint64_t whole = 0;
  for (int shift = 0;; shift += 7) {
    if (rest.empty() || shift > 28) return false;
    const auto byte = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    whole |= uint64_t(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  out.begin_block();
  const size_t before = buffer.size();
  while (!rest.empty()) {
    const auto tag = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    if ((tag & 3) == 0 ? !snappy_literal(tag, rest, out) : !snappy_copy(tag, rest, out)) return false;
  }
  return buffer.size() - before == whole;
}

constexpr std::string_view kXerialMagic("\x82SNAPPY\0", 8);

}  // namespace

Status append_lz4_frames(std::string_view bytes, size_t limit, Buffer& out) {
  Output output(limit, out);
  while (!bytes.empty()) {
    if (!lz4_frame(bytes, output)) return output.failure("LZ4");
  }
  return {};
}

Status append_snappy(std::string_view bytes, size_t limit, Buffer& out) {
  Output output(limit, out);
  if (!bytes.starts_with(kXerialMagic)) return snappy_block(bytes, output, out) ? Status() : output.failure("Snappy");
  if (bytes.size() < 16) return corrupt("Snappy data is damaged");
  bytes.remove_prefix(16);  // and two versions of four bytes
  while (!bytes.empty()) {
    if (bytes.size() < 4) return corrupt("Snappy data is damaged");
    const auto size = from_network<uint32_t>(bytes.data());
    bytes.remove_prefix(4);
    if (size > bytes.size()) return corrupt("Snappy data is damaged");
    if (!snappy_block(bytes.substr(0, size), output, out)) return output.failure("Snappy");
    bytes.remove_prefix(size);
  }
  return {};
}

}  // namespace deltastream::connect::kafka::fetch

#include "format/parquet/hadoop_lz4.h"

#include <fmt/format.h>

#include "format/lz4_length.h"
#include "format/parquet/crc32.h"
#include "format/parquet/page_header.h"
#include "parquet_types.h"

namespace deltastream::format::parquet {
namespace {

// https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md: literals, then a match; the last sequence of a block has no match.
struct Sequence {
  std::string_view literals;
  std::string_view match;   // offset and further length, as they stand
  uint8_t match_nibble = 0;
  uint64_t match_length = 0;
};

constexpr uint8_t kNibbleFull = 15;
constexpr uint64_t kShortestMatch = 4;

bool take_sequence(std::string_view& rest, Sequence& sequence) {
  if (rest.empty()) return false;
  const auto token = static_cast<uint8_t>(rest.front());
  rest.remove_prefix(1);
  uint64_t literals = token >> 4;
  if (!take_lz4_length(rest, literals)) return false;
  if (literals > rest.size()) return false;
  sequence.literals = rest.substr(0, literals);
  rest.remove_prefix(literals);
  sequence.match = {};
  sequence.match_length = 0;
  if (rest.empty()) return true;
  if (rest.size() < 2) return false;
  std::string_view match = rest;
  rest.remove_prefix(2);
  sequence.match_nibble = token & 15;
  sequence.match_length = sequence.match_nibble;
  if (!take_lz4_length(rest, sequence.match_length)) return false;
  sequence.match_length += kShortestMatch;
  sequence.match = match.substr(0, match.size() - rest.size());
  return true;
}

void append_literals(std::string& out, std::string_view before, std::string_view literals, uint8_t match_nibble) {
  const uint64_t count = before.size() + literals.size();
  out += static_cast<char>((count < kNibbleFull ? count : kNibbleFull) << 4 | match_nibble);
  if (count >= kNibbleFull) {
    uint64_t more = count - kNibbleFull;
    for (; more >= 255; more -= 255) out += '\xff';
    out += static_cast<char>(more);
  }
  out += before;
  out += literals;
}

// Blocks behind each other are one block once the literals at the end of each stand before those of the next.
class Joined {
 public:
  // What the block becomes; nullopt when it is damaged.
  std::optional<uint64_t> add(std::string_view block) {
    uint64_t produced = 0;
    bool first = true;
    while (!block.empty()) {
      Sequence sequence;
      if (!take_sequence(block, sequence)) return std::nullopt;
      produced += sequence.literals.size() + sequence.match_length;
      if (sequence.match.empty()) {
        waiting_ += sequence.literals;
        return produced;
      }
      append_literals(out_, first ? std::string_view(waiting_) : std::string_view(), sequence.literals, sequence.match_nibble);
      out_ += sequence.match;
      if (first) waiting_.clear();
      first = false;
    }
    return std::nullopt;
  }
  std::string finish() {
    append_literals(out_, waiting_, {}, 0);
    return std::move(out_);
  }

 private:
  std::string out_;
  std::string waiting_;   // literals at the end of the block before
};

std::optional<uint32_t> take_big_endian(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < 4; i++) value = value << 8 | static_cast<uint8_t>(rest[i]);
  rest.remove_prefix(4);
  return value;
}

void append_varint(std::string& out, uint64_t value, uint64_t width) {
  for (uint64_t i = 1; i < width; i++, value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

// The header of a page that became smaller by `spare` bytes, which a field that nobody knows takes up.
std::string longer_header(std::string_view header, const PageHeader& read, uint64_t size, uint64_t spare) {
  constexpr uint64_t kLengthBytes = 5;
  constexpr int16_t kUnknownField = 15;
  std::string out(header.substr(0, read.size_begin));
  append_varint(out, size * 2, read.size_end - read.size_begin);   // zigzag; not in the shortest form, which readers do not ask for
  out += header.substr(read.size_end, header.size() - read.size_end - 1);
  out += static_cast<char>((kUnknownField - read.last_field) << 4 | ThriftWalker::kBinary);
  append_varint(out, spare - kLengthBytes - 1, kLengthBytes);
  out.append(spare - kLengthBytes - 1, '\0');
  out += '\0';
  return out;
}

}  // namespace

std::optional<std::string> one_lz4_block(std::string_view framed, uint64_t unpacked) {
  Joined joined;
  uint64_t total = 0;
  std::string_view rest = framed;
  while (!rest.empty()) {
    auto left = take_big_endian(rest);
    if (!left || *left > unpacked - total) return std::nullopt;
    total += *left;
    while (*left > 0) {
      auto packed = take_big_endian(rest);
      if (!packed || *packed > rest.size()) return std::nullopt;
      auto produced = joined.add(rest.substr(0, *packed));
      if (!produced || *produced == 0 || *produced > *left) return std::nullopt;
      rest.remove_prefix(*packed);
      *left -= static_cast<uint32_t>(*produced);
    }
  }
  if (total != unpacked || framed.empty()) return std::nullopt;
  return joined.finish();
}

Result<std::optional<std::string>> without_hadoop_frames(std::string_view bytes, const ChunkPlace& chunk, const std::string& path, PageChecksums checksums) {
  using Rewritten = std::optional<std::string>;
  if (chunk.codec != duckdb_parquet::CompressionCodec::LZ4_RAW) return Rewritten();
  std::string out;
  bool any = false;
  int64_t values = 0;
  for (uint64_t at = 0; at < bytes.size() && values < chunk.values;) {
    ThriftWalker walker(bytes.substr(at));
    PageHeader header;
    if (!read_header(walker, header)) return Rewritten();   // check_pages() says so
    const std::string_view head = bytes.substr(at, walker.position());
    const std::string_view page = bytes.substr(at + head.size(), static_cast<uint64_t>(*header.size));
    const uint64_t levels = header.unpacked_levels();
    const auto unpacked = static_cast<uint64_t>(*header.uncompressed_size);
    Rewritten block;
    const bool packed = !header.data || !header.data->version2 || header.data->compressed;
    if (packed && page.size() == static_cast<uint64_t>(*header.size) && levels <= page.size() && levels <= unpacked) block = one_lz4_block(page.substr(levels), unpacked - levels);
    constexpr uint64_t kLeastSpare = 6;
    if (block && block->size() + levels + kLeastSpare <= page.size() && header.last_field < 15) {
      if (checksums == PageChecksums::kCompare && header.crc && crc32_of(page) != static_cast<uint32_t>(*header.crc)) {
        return corrupt(fmt::format("the page at byte {} of Parquet file '{}' does not fit its checksum: bytes have changed since it was written", chunk.range.start + at, path));
      }
      const uint64_t size = levels + block->size();
      out += longer_header(head, header, size, page.size() - size);
      out += page.substr(0, levels);
      out += *block;
      any = true;
    } else if (!any && header.data) {
      return Rewritten();   // not packed so
    } else {
      out += head;
      out += page;
    }
    if (header.data) values += static_cast<int64_t>(header.data->values);
    at += head.size() + page.size();
  }
  if (!any) return Rewritten();
  out += bytes.substr(out.size());
  return Rewritten(std::move(out));
}

}  // namespace deltastream::format::parquet

#include "format/parquet/footer.h"

#include <fmt/format.h>

#include <cstring>
#include <vector>

namespace deltastream::format::parquet {
namespace {

constexpr size_t kTrailerBytes = 8;   // footer length, magic
constexpr int kMaxThriftDepth = 32;   // the metadata of the format nests about ten deep
constexpr size_t kMaxSchemaDepth = 256;

// Wire types of Thrift's compact protocol.
enum Wire : uint8_t { kTrue = 1, kFalse, kByte, kI16, kI32, kI64, kDouble, kBinary, kList, kSet, kMap, kStruct };

// Walks over values without keeping them; the children counts of the schema are the exception.
class Walker {
 public:
  explicit Walker(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // FileMetaData: field 2 is the list of SchemaElements, whose field 5 is num_children.
  bool walk_file() { return walk_struct(0, true); }
  const std::vector<int64_t>& children() const { return children_; }

 private:
  bool varint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64 && at_ < end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool advance(uint64_t bytes) {
    if (bytes > static_cast<uint64_t>(end_ - at_)) return false;
    at_ += bytes;
    return true;
  }

  bool walk_struct(int depth, bool is_file = false, bool is_schema_element = false) {
    if (depth > kMaxThriftDepth) return false;
    int64_t field = 0;
    if (is_schema_element) children_.push_back(0);
    while (true) {
      if (at_ >= end_) return false;
      const auto header = static_cast<uint8_t>(*at_++);
      const uint8_t type = header & 0x0f;
      if (header == 0) return true;
      if (header >> 4) {
        field += header >> 4;
      } else {
        uint64_t zigzag = 0;
        if (!varint(zigzag)) return false;
        field = static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
      }
      if (is_schema_element && field == 5 && type == kI32) {
        uint64_t zigzag = 0;
        if (!varint(zigzag)) return false;
        children_.back() = static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
      } else if (type != kTrue && type != kFalse && !walk_value(type, depth + 1, is_file && field == 2)) {
        return false;
      }
    }
  }

  bool walk_value(uint8_t type, int depth, bool is_schema = false) {
    uint64_t length = 0;
    switch (type) {
      case kTrue: case kFalse: case kByte: return advance(1);
      case kI16: case kI32: case kI64: return varint(length);
      case kDouble: return advance(8);
      case kBinary: return varint(length) && advance(length);
      case kList: case kSet: return walk_list(depth, is_schema);
      case kMap: return walk_map(depth);
      case kStruct: return walk_struct(depth, false, is_schema);
      default: return false;
    }
  }

  bool walk_list(int depth, bool is_schema) {
    if (at_ >= end_ || depth > kMaxThriftDepth) return false;
    const auto header = static_cast<uint8_t>(*at_++);
    uint64_t count = header >> 4;
    if (count == 15 && !varint(count)) return false;
    if (count > static_cast<uint64_t>(end_ - at_)) return false;  // every element takes a byte at least
    for (uint64_t i = 0; i < count; i++) {
      if (!walk_value(header & 0x0f, depth + 1, is_schema)) return false;
    }
    return true;
  }

  bool walk_map(int depth) {
    uint64_t count = 0;
    if (depth > kMaxThriftDepth || !varint(count)) return false;
    if (count == 0) return true;
    if (at_ >= end_ || count > static_cast<uint64_t>(end_ - at_)) return false;
    const auto types = static_cast<uint8_t>(*at_++);
    for (uint64_t i = 0; i < count; i++) {
      if (!walk_value(types >> 4, depth + 1) || !walk_value(types & 0x0f, depth + 1)) return false;
    }
    return true;
  }

  const char* at_;
  const char* const end_;
  std::vector<int64_t> children_;
};

// The schema is a tree written depth first; its children counts must add up, and not too deep.
bool is_schema_tree(const std::vector<int64_t>& children) {
  if (children.empty()) return false;
  std::vector<int64_t> open = {1};
  for (int64_t count : children) {
    while (!open.empty() && open.back() == 0) open.pop_back();
    if (open.empty() || count < 0) return false;
    open.back()--;
    if (count > 0) open.push_back(count);
    if (open.size() > kMaxSchemaDepth) return false;
  }
  for (int64_t left : open) {
    if (left != 0) return false;
  }
  return true;
}

}  // namespace

Result<uint64_t> footer_length(std::string_view last_bytes, uint64_t size, const std::string& path) {
  if (size < 12 || last_bytes.size() < kTrailerBytes) return corrupt(fmt::format("'{}' is too short for a Parquet file: {} bytes", path, size));
  const char* trailer = last_bytes.data() + last_bytes.size() - kTrailerBytes;
  if (std::memcmp(trailer + 4, "PARE", 4) == 0) return unsupported(fmt::format("'{}' is an encrypted Parquet file; encryption is not offered", path));
  if (std::memcmp(trailer + 4, "PAR1", 4) != 0) {
    return corrupt(fmt::format("'{}' does not end as a Parquet file does: it is damaged, cut short, or of another format", path));
  }
  uint32_t length = 0;
  std::memcpy(&length, trailer, sizeof(length));
  if (length == 0 || size < 12ull + length) return corrupt(fmt::format("the footer of '{}' claims {} bytes, the file has {}", path, length, size));
  return length + kTrailerBytes;
}

Status check_footer(std::string_view footer, const std::string& path) {
  Walker walker(footer.substr(0, footer.size() - kTrailerBytes));
  if (!walker.walk_file()) return corrupt(fmt::format("the footer of '{}' cannot be read", path));
  if (!is_schema_tree(walker.children())) return corrupt(fmt::format("the schema in the footer of '{}' is no tree", path));
  return {};
}

}  // namespace deltastream::format::parquet

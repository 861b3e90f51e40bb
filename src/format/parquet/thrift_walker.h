#pragma once
// Walks over bytes in Thrift's compact protocol without believing a length: everything must fit into the bytes given, and
// nesting is bounded. Field numbers and integers wrap as they do in the reader that comes afterwards.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

#include <cstdint>
#include <string_view>

namespace deltastream::format::parquet {

class ThriftWalker {
 public:
  enum Wire : uint8_t { kStop = 0, kTrue, kFalse, kByte, kI16, kI32, kI64, kDouble, kBinary, kList, kSet, kMap, kStruct };
  static constexpr int kMaxDepth = 32;  // the metadata of the format nests about ten deep

  explicit ThriftWalker(std::string_view bytes) : begin_(bytes.data()), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  uint64_t position() const { return static_cast<uint64_t>(at_ - begin_); }

  // Visits the fields of a struct: visit(number, wire type) reads the value itself and returns whether that went well, or
  // leaves it to skip().
  template <class Visit>
  bool walk_struct(Visit&& visit) {
    int16_t field = 0;
    while (true) {
      uint8_t header = 0;
      if (!byte(header)) return false;
      const auto type = static_cast<Wire>(header & 0x0f);
      if (type == kStop) return true;
      if (header >> 4) {
        field = static_cast<int16_t>(field + (header >> 4));
      } else {
        int64_t number = 0;
        if (!integer(number)) return false;
        field = static_cast<int16_t>(number);
      }
      if (!visit(field, type)) return false;
    }
  }

  // A list of structs, each visited by visit_element(): true when all of it could be read.
  template <class VisitElement>
  bool walk_list(VisitElement&& visit_element) {
    uint64_t count = 0;
    Wire type = kStop;
    if (!list_header(count, type)) return false;
    for (uint64_t i = 0; i < count; i++) {
      if (!visit_element(type)) return false;
    }
    return true;
  }

  bool integer(int64_t& value) {
    uint64_t zigzag = 0;
    if (!varint(zigzag)) return false;
    value = static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
    return true;
  }

  bool integer(int32_t& value) {
    uint64_t wide = 0;
    if (!varint(wide)) return false;
    const auto zigzag = static_cast<uint32_t>(wide);
    value = static_cast<int32_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
    return true;
  }

  // The value of a field; truth values stand in its header.
  bool skip_field(Wire type, int depth) { return type == kTrue || type == kFalse || skip(type, depth); }

 private:
  bool byte(uint8_t& value) {
    if (at_ >= end_) return false;
    value = static_cast<uint8_t>(*at_++);
    return true;
  }

  bool varint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64 && at_ < end_; shift += 7) {
      const auto next = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return true;
    }
    return false;
  }

  bool advance(uint64_t bytes) {
    if (bytes > static_cast<uint64_t>(end_ - at_)) return false;
    at_ += bytes;
    return true;
  }

  bool list_header(uint64_t& count, Wire& type) {
    uint8_t header = 0;
    if (!byte(header)) return false;
    type = static_cast<Wire>(header & 0x0f);
    count = header >> 4;
    if (count == 15 && !varint(count)) return false;
    return count <= static_cast<uint64_t>(end_ - at_);  // every element takes a byte at least
  }

  bool skip(Wire type, int depth) {
    if (depth > kMaxDepth) return false;
    uint64_t length = 0;
    switch (type) {
      case kTrue: case kFalse: case kByte: return advance(1);
      case kI16: case kI32: case kI64: return varint(length);
      case kDouble: return advance(8);
      case kBinary: return varint(length) && advance(length);
      case kList: case kSet: return walk_list([&](Wire element) { return skip(element, depth + 1); });
      case kMap: return skip_map(depth);
      case kStruct: return walk_struct([&](int16_t, Wire field) { return skip_field(field, depth + 1); });
      default: return false;
    }
  }

  bool skip_map(int depth) {
    uint64_t count = 0;
    uint8_t types = 0;
    if (!varint(count)) return false;
    if (count == 0) return true;
    if (!byte(types) || count > static_cast<uint64_t>(end_ - at_)) return false;
    for (uint64_t i = 0; i < count; i++) {
      if (!skip(static_cast<Wire>(types >> 4), depth + 1) || !skip(static_cast<Wire>(types & 0x0f), depth + 1)) return false;
    }
    return true;
  }

  const char* const begin_;
  const char* at_;
  const char* const end_;
};

}  // namespace deltastream::format::parquet

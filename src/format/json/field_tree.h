#pragma once
// The columns wanted of a JSON record as a tree of objects and values, compiled once and bound to the vectors of each chunk.
// One thread at a time; owned by the decoder.

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "format/decoder.h"
#include "format/text/scalar.h"

namespace deltastream::format::json {

struct ObjectNode;

// What becomes of one JSON value.
struct ValueNode {
  enum class Kind : uint8_t {
    kScalar,   // a slot of a flat vector
    kStruct,   // a row of a STRUCT vector: `object` writes into its children
    kDescend,  // no vector of its own: `object` holds the nested columns that were asked for
    kList,     // `element` writes into the child vector
    kMap,      // keys and `element` go into the two children of the entries
  };
  Kind kind = Kind::kScalar;
  ScalarType scalar;
  bool nullable = true;
  std::string column;  // for messages: the path, e.g. "bid.price"
  LogicalType type;
  std::unique_ptr<ObjectNode> object;
  std::unique_ptr<ValueNode> element;

  // Bound to the current chunk.
  Vector* vector = nullptr;
  void* data = nullptr;
  duckdb::ValidityMask* validity = nullptr;
  Vector* map_keys = nullptr;
  size_t list_size = 0, list_capacity = 0;
};

// The field that stood at a place of the last object of this kind. Records of a stream look alike, so the next object most
// likely has the same key at the same place: one comparison instead of a lookup.
class ExpectedField {
 public:
  int32_t child = -1;  // -1: nobody wants it

  // With both quotes, and no escapes inside.
  void expect(std::string_view quoted_key) {
    quoted_key_ = quoted_key;
    const size_t size = quoted_key.size();
    mask_ = size >= 8 ? ~uint64_t(0) : (uint64_t(1) << (8 * size)) - 1;
    tail_at_ = size > 8 ? size - 8 : 0;
    quoted_key_.append(8, '\0');
    head_ = eight(quoted_key_.data()) & mask_;
    tail_ = eight(quoted_key_.data() + tail_at_) & mask_;
    quoted_key_.resize(size);
  }
  // `key` may be read eight bytes past what it is compared with. Most keys are short: two comparisons of eight bytes tell.
  bool stands_at(const char* key) const {
    return (eight(key) & mask_) == head_ && (eight(key + tail_at_) & mask_) == tail_ &&
           (tail_at_ <= 8 || std::memcmp(key, quoted_key_.data(), quoted_key_.size()) == 0);
  }

 private:
  static uint64_t eight(const char* at) {
    static_assert(std::endian::native == std::endian::little);
    uint64_t bytes;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes;
  }
  std::string quoted_key_;
  uint64_t mask_ = 0, head_ = 1, tail_ = 1;  // no key stands anywhere
  size_t tail_at_ = 0;
};

struct ObjectNode {
  struct Child {
    std::string key;
    std::vector<ValueNode> values;  // more than one when a path is asked for twice, or whole and in part
    uint64_t seen = 0;              // the number of the object that held it last
  };
  std::vector<Child> children;
  std::unordered_map<std::string_view, int32_t> by_key;  // views into children
  std::vector<ExpectedField> expected;
  uint64_t objects = 0;

  int32_t find(std::string_view key) const {
    auto found = by_key.find(key);
    return found == by_key.end() ? -1 : found->second;
  }
};

// The tree for these columns, or unsupported for a type that JSON has no form of, naming the column.
Result<std::unique_ptr<ObjectNode>> compile(const std::vector<DecodeColumn>& columns, std::vector<ValueNode*>& targets);

// Points a value and all below it at a flat vector; list children from their first row.
void bind(ValueNode& value, Vector& vector);
// Points at the vector again after its memory may have moved; sizes stay.
void rebind(ValueNode& value);
// Lets every string vector below keep the arena alive.
void attach(ValueNode& value, const duckdb::buffer_ptr<duckdb::VectorBuffer>& arena);
// Tells the list vectors how many elements they hold.
void finish_lists(ValueNode& value);
// Room for one more element of a list or map.
void reserve_element(ValueNode& list);

}  // namespace deltastream::format::json

#pragma once
// Walks the structural index of a slice of records and writes the wanted values of each record into the bound vectors.
// Every record is checked whole, also where nobody reads it. Of keys that occur twice the last one counts, as with Flink.
// One thread at a time.

#include <cstdint>
#include <string>
#include <string_view>

#include "format/json/field_tree.h"
#include "format/text/string_arena.h"

namespace deltastream::format::json {

struct ReaderOptions {
  bool ignore_parse_errors = false;     // a value that does not fit is NULL
  bool fail_on_missing_field = false;
};

class RecordReader {
 public:
  RecordReader(ObjectNode& root, ReaderOptions options) : root_(root), options_(options) {}

  void use_arena(StringArena& arena) { arena_ = &arena; }
  // The text of the slice and its index; both stay until the last record of the slice is read.
  void use_slice(std::string_view text, const uint32_t* index);
  // Reads the record at [begin, end) of the slice into row `row`. False: reason() says why, and the row holds nothing of use.
  bool read(size_t begin, size_t end, size_t row);
  const std::string& reason() const { return reason_; }

 private:
  enum class Outcome : uint8_t { kOk, kMismatch, kMalformed };

  bool read_whole(size_t row);
  Outcome read_object(ObjectNode& object, size_t row);
  Outcome read_child(ObjectNode::Child& child, size_t row);
  Outcome read_value(ValueNode& value, size_t row);
  Outcome read_present(ValueNode& value, size_t row);
  Outcome read_scalar(ValueNode& value, size_t row);
  Outcome read_string(ValueNode& value, size_t row);
  Outcome read_text(ValueNode& value, size_t row);
  Outcome read_list(ValueNode& value, size_t row);
  Outcome read_map(ValueNode& value, size_t row);
  Outcome collect_map_entries();
  void keep_last_of_equal_keys(size_t first_entry);
  Outcome skip_value();
  bool check_scalar();
  Outcome set_null(ValueNode& value, size_t row);
  Outcome null_children(ObjectNode& object, size_t row);
  Outcome finish_missing(ObjectNode& object, size_t row);

  int32_t match(ObjectNode& object, size_t field, const char* key);
  int32_t look_up(ObjectNode& object, size_t field, std::string_view key);

  // The text of the token at `at`, without blanks behind it; for strings with both quotes.
  std::string_view token(const uint32_t* at) const;
  char here() const { return text_[*at_]; }
  Outcome mismatch(const ValueNode& value, const uint32_t* at);
  Outcome malformed(std::string_view what);

  struct MapEntry {
    std::string_view key;  // in the arena when it had escapes
    const uint32_t* value;
    bool last = true;      // no later entry has this key
  };
  static constexpr int32_t kBadKey = -2;

  ObjectNode& root_;
  ReaderOptions options_;
  StringArena* arena_ = nullptr;
  const char* text_ = nullptr;
  const uint32_t* at_ = nullptr;  // the token to read next
  size_t end_ = 0;                // of the record
  bool escapes_ = false;          // whether the slice holds any backslash
  std::vector<MapEntry> entries_;  // a stack: maps may nest
  std::string key_;               // scratch
  std::string reason_;
};

}  // namespace deltastream::format::json

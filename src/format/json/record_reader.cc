#include "format/json/record_reader.h"

#include <cstring>

#include "format/json/unescape.h"
#include "format/text/shown_value.h"

namespace deltastream::format::json {
namespace {

constexpr size_t kMaxExpectedFields = 512;
constexpr size_t kMaxExpectedKey = 64;

// A whole number as most are written, in one pass. False: something else, or it needs a closer look.
bool read_integer(const char* at, const char* end, int64_t& result) {
  constexpr ptrdiff_t kSafeDigits = 18;
  const bool negative = *at == '-';
  at += negative;
  const ptrdiff_t digits = end - at;
  if (digits < 1 || digits > kSafeDigits || (*at == '0' && digits > 1)) return false;
  uint64_t value = 0;
  for (; at != end; at++) {
    const unsigned digit = unsigned(*at) - '0';
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  result = negative ? -int64_t(value) : int64_t(value);
  return true;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void RecordReader::use_slice(std::string_view text, const uint32_t* index) {
  text_ = text.data();
  at_ = index;
  escapes_ = std::memchr(text.data(), '\\', text.size()) != nullptr;
}

bool RecordReader::read(size_t begin, size_t end, size_t row) {
  while (*at_ < begin) at_++;
  end_ = end;
  reason_.clear();
  const uint32_t* start = at_;
  if (read_whole(row)) return true;
  at_ = start;  // an open end runs on into the next record, which is still to be read
  return false;
}

bool RecordReader::read_whole(size_t row) {
  if (*at_ >= end_) {
    reason_ = "it is empty";
    return false;
  }
  if (here() != '{') return malformed("it is no JSON object"), false;
  if (read_object(root_, row) != Outcome::kOk) return false;
  // What was read must lie within the record.
  if (at_[-1] >= end_) return malformed("a bracket is not closed"), false;
  if (*at_ < end_) return malformed("there is text behind the object"), false;
  return true;
}

RecordReader::Outcome RecordReader::read_object(ObjectNode& object, size_t row) {
  object.objects++;
  size_t found = 0;
  at_++;
  if (here() == '}') {
    at_++;
    return object.children.empty() ? Outcome::kOk : finish_missing(object, row);
  }
  for (size_t field = 0;; field++) {
    const char* key = text_ + *at_;
    if (*key != '"') return malformed("a key is no string");
    if (text_[at_[1]] != ':') return malformed("a key is not followed by a colon");
    int32_t wanted = match(object, field, key);
    if (wanted == kBadKey) return malformed("a key holds an escape that JSON does not have");
    at_ += 2;
    Outcome outcome;
    if (wanted < 0) {
      outcome = skip_value();
    } else {
      ObjectNode::Child& child = object.children[size_t(wanted)];
      found += child.seen != object.objects;
      child.seen = object.objects;
      outcome = read_child(child, row);
    }
    if (outcome != Outcome::kOk) return outcome;
    char c = text_[*at_++];
    if (c == ',') continue;
    if (c == '}') break;
    return malformed("the fields of an object are not separated by commas");
  }
  return found == object.children.size() ? Outcome::kOk : finish_missing(object, row);
}

// The path of a scalar field is inlined by force: it is short for each field, but the compiler takes it for too long.
[[gnu::always_inline]] inline int32_t RecordReader::match(ObjectNode& object, size_t field, const char* key) {
  if (field < object.expected.size()) {
    const ExpectedField& expected = object.expected[field];
    if (expected.stands_at(key)) return expected.child;
  }
  return look_up(object, field, token(at_));
}

int32_t RecordReader::look_up(ObjectNode& object, size_t field, std::string_view quoted) {
  std::string_view key = quoted.substr(1, quoted.size() - 2);
  if (escapes_ && key.find('\\') != std::string_view::npos) {
    key_.resize(key.size());
    size_t size = 0;
    if (!unescape(key, key_.data(), size)) return kBadKey;
    return object.find({key_.data(), size});
  }
  int32_t child = object.find(key);
  if (quoted.size() <= kMaxExpectedKey && field < kMaxExpectedFields) {
    if (field >= object.expected.size()) object.expected.resize(field + 1);
    object.expected[field].expect(quoted);
    object.expected[field].child = child;
  }
  return child;
}

[[gnu::always_inline]] inline RecordReader::Outcome RecordReader::read_child(ObjectNode::Child& child, size_t row) {
  if (child.values.size() == 1) return read_value(child.values[0], row);
  const uint32_t* start = at_;
  for (ValueNode& value : child.values) {
    at_ = start;
    Outcome outcome = read_value(value, row);
    if (outcome != Outcome::kOk) return outcome;
  }
  return Outcome::kOk;
}

RecordReader::Outcome RecordReader::read_value(ValueNode& value, size_t row) {
  if (here() == 'n') {
    if (!check_scalar()) return malformed("a value is no JSON");
    at_++;
    return set_null(value, row);
  }
  const uint32_t* start = at_;
  Outcome outcome = read_present(value, row);
  if (outcome != Outcome::kMismatch || !options_.ignore_parse_errors) return outcome;
  // The value does not fit, but it must still be JSON.
  at_ = start;
  outcome = skip_value();
  return outcome == Outcome::kOk ? set_null(value, row) : outcome;
}

[[gnu::always_inline]] inline RecordReader::Outcome RecordReader::read_present(ValueNode& value, size_t row) {
  if (value.validity && !value.validity->AllValid()) value.validity->SetValid(row);
  switch (value.kind) {
    case ValueNode::Kind::kScalar: return read_scalar(value, row);
    case ValueNode::Kind::kList: return here() == '[' ? read_list(value, row) : mismatch(value, at_);
    case ValueNode::Kind::kMap: return here() == '{' ? read_map(value, row) : mismatch(value, at_);
    default: return here() == '{' ? read_object(*value.object, row) : mismatch(value, at_);
  }
}

[[gnu::always_inline]] inline RecordReader::Outcome RecordReader::read_scalar(ValueNode& value, size_t row) {
  if (here() == '"') return read_string(value, row);
  if (value.scalar.kind == ScalarKind::kVarchar) return read_text(value, row);
  if (value.scalar.kind == ScalarKind::kBlob || here() == '{' || here() == '[') return mismatch(value, at_);
  if (value.scalar.kind == ScalarKind::kInt64 && read_integer(text_ + at_[0], text_ + at_[1], static_cast<int64_t*>(value.data)[row])) {
    at_++;
    return Outcome::kOk;
  }
  if (!check_scalar()) return malformed("a value is no JSON");
  if (!store_scalar(value.scalar, token(at_), value.data, row, *arena_)) return mismatch(value, at_);
  at_++;
  return Outcome::kOk;
}

[[gnu::always_inline]] inline RecordReader::Outcome RecordReader::read_string(ValueNode& value, size_t row) {
  std::string_view quoted = token(at_);
  std::string_view inside = quoted.substr(1, quoted.size() - 2);
  if (escapes_ && inside.find('\\') != std::string_view::npos) {
    char* plain = arena_->allocate(inside.size());
    size_t size = 0;
    if (!unescape(inside, plain, size)) return malformed("a string holds an escape that JSON does not have");
    inside = {plain, size};
    if (value.scalar.kind == ScalarKind::kVarchar) {
      static_cast<duckdb::string_t*>(value.data)[row] = duckdb::string_t(plain, uint32_t(size));
      at_++;
      return Outcome::kOk;
    }
  }
  if (value.scalar.kind == ScalarKind::kVarchar) {
    arena_->store(inside, static_cast<duckdb::string_t*>(value.data)[row]);
  } else if (!store_scalar(value.scalar, inside, value.data, row, *arena_)) {
    return mismatch(value, at_);
  }
  at_++;
  return Outcome::kOk;
}

// A VARCHAR takes any other value as its JSON text.
RecordReader::Outcome RecordReader::read_text(ValueNode& value, size_t row) {
  const uint32_t* start = at_;
  Outcome outcome = skip_value();
  if (outcome != Outcome::kOk) return outcome;
  std::string_view last = token(at_ - 1);
  const char* begin = text_ + *start;
  static_cast<duckdb::string_t*>(value.data)[row] = arena_->copy({begin, size_t(last.data() + last.size() - begin)});
  return Outcome::kOk;
}

RecordReader::Outcome RecordReader::read_list(ValueNode& value, size_t row) {
  size_t first = value.list_size;
  at_++;
  if (here() == ']') {
    at_++;
  } else {
    for (;;) {
      reserve_element(value);
      Outcome outcome = read_value(*value.element, value.list_size);
      char c = outcome == Outcome::kOk ? text_[*at_++] : 0;
      if (outcome == Outcome::kOk && c != ',' && c != ']') outcome = malformed("the elements of an array are not separated by commas");
      if (outcome != Outcome::kOk) {
        value.list_size = first;  // a half-read element must not be seen
        return outcome;
      }
      value.list_size++;
      if (c == ']') break;
    }
  }
  static_cast<duckdb::list_entry_t*>(value.data)[row] = {first, value.list_size - first};
  return Outcome::kOk;
}

RecordReader::Outcome RecordReader::set_null(ValueNode& value, size_t row) {
  if (!value.nullable) {
    if (reason_.empty()) reason_ = "column '" + value.column + "' is NOT NULL and has no value";
    return Outcome::kMalformed;
  }
  if (value.kind != ValueNode::Kind::kDescend) value.validity->SetInvalid(row);
  return value.object ? null_children(*value.object, row) : Outcome::kOk;
}

RecordReader::Outcome RecordReader::null_children(ObjectNode& object, size_t row) {
  for (ObjectNode::Child& child : object.children) {
    for (ValueNode& value : child.values) {
      Outcome outcome = set_null(value, row);
      if (outcome != Outcome::kOk) return outcome;
    }
  }
  return Outcome::kOk;
}

RecordReader::Outcome RecordReader::finish_missing(ObjectNode& object, size_t row) {
  for (ObjectNode::Child& child : object.children) {
    if (child.seen == object.objects) continue;
    if (options_.fail_on_missing_field) {
      reason_ = "the field '" + child.values[0].column + "' is missing";
      return Outcome::kMalformed;
    }
    for (ValueNode& value : child.values) {
      Outcome outcome = set_null(value, row);
      if (outcome != Outcome::kOk) return outcome;
    }
  }
  return Outcome::kOk;
}

RecordReader::Outcome RecordReader::mismatch(const ValueNode& value, const uint32_t* at) {
  if (*at >= end_) return malformed("");
  // With ignore-parse-errors nobody reads it, unless the NULL that it becomes is not allowed.
  if (options_.ignore_parse_errors && value.nullable) return Outcome::kMismatch;
  std::string_view found = token(at);
  if (found.size() >= 2 && found[0] == '"') found = found.substr(1, found.size() - 2);
  std::string what = found == "{" ? "an object" : found == "[" ? "an array" : "'" + shown_value(found) + "'";
  reason_ = "column '" + value.column + "': " + what + " is no " + value.type.ToString();
  return Outcome::kMismatch;
}

RecordReader::Outcome RecordReader::malformed(std::string_view what) {
  reason_ = *at_ >= end_ ? "it ends too early" : what;
  return Outcome::kMalformed;
}

std::string_view RecordReader::token(const uint32_t* at) const {
  const char* begin = text_ + at[0];
  const char* end = text_ + at[1];
  while (end - begin > 1 && is_blank(end[-1])) end--;
  return {begin, size_t(end - begin)};
}

}  // namespace deltastream::format::json

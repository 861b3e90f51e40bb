// The parts of the reader that walk over values without writing them: skipping, and the two passes over a map.
#include <algorithm>
#include <unordered_map>

#include "format/json/record_reader.h"
#include "format/json/unescape.h"
#include "format/text/number_text.h"

namespace deltastream::format::json {
namespace {

constexpr size_t kMaxDepth = 1024;

// Which of the open brackets are objects, one bit a level.
class BracketStack {
 public:
  size_t depth() const { return depth_; }
  bool push(bool object) {
    if (depth_ == kMaxDepth) return false;
    uint64_t bit = uint64_t(1) << (depth_ % 64);
    uint64_t& word = words_[depth_ / 64];
    word = object ? word | bit : word & ~bit;
    depth_++;
    return true;
  }
  void pop() { depth_--; }
  bool in_object() const { return words_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1; }

 private:
  uint64_t words_[kMaxDepth / 64];  // only what is below depth_ is ever read
  size_t depth_ = 0;
};

}  // namespace

bool RecordReader::check_scalar() {
  std::string_view text = token(at_);
  switch (text.empty() ? 0 : text[0]) {
    case '"': return !escapes_ || has_valid_escapes(text.substr(1, text.size() - 2));
    case 'n': return text == "null";
    case 't': return text == "true";
    case 'f': return text == "false";
    default: return is_json_number(text);
  }
}

RecordReader::Outcome RecordReader::skip_value() {
  BracketStack open;
  for (;;) {
    // A value begins here.
    char c = here();
    bool nested = c == '{' || c == '[';
    if (nested) {
      if (!open.push(c == '{')) return malformed("it is nested deeper than 1024 levels");
    } else if (!check_scalar()) {
      return malformed("a value is no JSON");
    }
    at_++;
    // Behind it come closing brackets, then a comma and the next value, or the end.
    bool fresh = nested;
    for (;;) {
      if (open.depth() == 0) return Outcome::kOk;
      c = here();
      if (c == (open.in_object() ? '}' : ']')) {
        open.pop();
        at_++;
        fresh = false;
        continue;
      }
      if (!fresh) {
        if (c != ',') return malformed("a bracket is not closed, or a comma is missing");
        at_++;
      }
      break;
    }
    if (open.in_object()) {
      if (here() != '"' || !check_scalar()) return malformed("a key is no string");
      if (text_[at_[1]] != ':') return malformed("a key is not followed by a colon");
      at_ += 2;
    }
  }
}

RecordReader::Outcome RecordReader::collect_map_entries() {
  at_++;
  if (here() == '}') {
    at_++;
    return Outcome::kOk;
  }
  for (;;) {
    if (here() != '"') return malformed("a key is no string");
    if (text_[at_[1]] != ':') return malformed("a key is not followed by a colon");
    std::string_view key = token(at_);
    key = key.substr(1, key.size() - 2);
    if (escapes_ && key.find('\\') != std::string_view::npos) {
      char* plain = arena_->allocate(key.size());
      size_t size = 0;
      if (!unescape(key, plain, size)) return malformed("a key holds an escape that JSON does not have");
      key = {plain, size};
    }
    at_ += 2;
    entries_.push_back({key, at_});
    Outcome outcome = skip_value();
    if (outcome != Outcome::kOk) return outcome;
    char c = text_[*at_++];
    if (c == '}') return Outcome::kOk;
    if (c != ',') return malformed("the fields of an object are not separated by commas");
  }
}

void RecordReader::keep_last_of_equal_keys(size_t first_entry) {
  constexpr size_t kFew = 16;
  auto begin = entries_.begin() + ptrdiff_t(first_entry);
  if (size_t(entries_.end() - begin) <= kFew) {
    for (auto entry = begin; entry != entries_.end(); ++entry) {
      entry->last = std::none_of(entry + 1, entries_.end(), [&](const MapEntry& later) { return later.key == entry->key; });
    }
    return;
  }
  std::unordered_map<std::string_view, size_t> latest;
  for (auto entry = begin; entry != entries_.end(); ++entry) {
    auto [place, fresh] = latest.try_emplace(entry->key, size_t(entry - entries_.begin()));
    if (fresh) continue;
    entries_[place->second].last = false;
    place->second = size_t(entry - entries_.begin());
  }
}

RecordReader::Outcome RecordReader::read_map(ValueNode& value, size_t row) {
  size_t first_entry = entries_.size();
  size_t first = value.list_size;
  Outcome outcome = collect_map_entries();
  const uint32_t* behind = at_;
  if (outcome == Outcome::kOk) keep_last_of_equal_keys(first_entry);
  for (size_t i = first_entry; outcome == Outcome::kOk && i < entries_.size(); i++) {
    if (!entries_[i].last) continue;
    reserve_element(value);
    duckdb::FlatVector::GetData<duckdb::string_t>(*value.map_keys)[value.list_size] = arena_->copy(entries_[i].key);
    at_ = entries_[i].value;
    outcome = read_value(*value.element, value.list_size);
    if (outcome == Outcome::kOk) value.list_size++;
  }
  entries_.resize(first_entry);
  if (outcome != Outcome::kOk) {
    value.list_size = first;
    return outcome;
  }
  at_ = behind;
  static_cast<duckdb::list_entry_t*>(value.data)[row] = {first, value.list_size - first};
  return Outcome::kOk;
}

}  // namespace deltastream::format::json

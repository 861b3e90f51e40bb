#include "format/csv/field_splitter.h"

namespace deltastream::format::csv {

bool FieldSplitter::next(RawField& field) {
  if (!more_) return false;
  if (at_ != end_ && *at_ == dialect_.quote) return next_quoted(field);
  const char* begin = at_;
  while (at_ != end_ && *at_ != dialect_.delimiter) {
    if (dialect_.escape && *at_ == dialect_.escape) {
      at_ = begin;
      return next_escaped(field);
    }
    at_++;
  }
  field = {{begin, size_t(at_ - begin)}, false};
  more_ = at_ != end_;
  at_ += more_;
  return true;
}

// An unquoted field with escapes.
bool FieldSplitter::next_escaped(RawField& field) {
  plain_.clear();
  for (; at_ != end_ && *at_ != dialect_.delimiter; at_++) {
    if (*at_ == dialect_.escape && ++at_ == end_) return fail("an escape character stands at its end");
    plain_ += *at_;
  }
  field = {plain_, false};
  more_ = at_ != end_;
  at_ += more_;
  return true;
}

bool FieldSplitter::next_quoted(RawField& field) {
  const char* begin = ++at_;
  bool copied = false;  // the field is in plain_ as far as `begin`
  for (;; at_++) {
    if (at_ == end_) return fail("a quoted field has no end");
    bool escape = dialect_.escape && *at_ == dialect_.escape && dialect_.escape != dialect_.quote;
    if (!escape && *at_ != dialect_.quote) continue;
    if (!escape && (at_ + 1 == end_ || at_[1] != dialect_.quote)) break;
    // What is escaped or doubled: take the text so far and go on with the second of the two.
    if (!copied) plain_.clear();
    copied = true;
    plain_.append(begin, at_);
    begin = ++at_;
    if (at_ == end_) return fail("a quoted field has no end");
  }
  std::string_view rest(begin, size_t(at_ - begin));
  if (copied) plain_.append(rest);
  field = {copied ? std::string_view(plain_) : rest, true};
  at_++;
  if (at_ != end_ && *at_ != dialect_.delimiter) return fail("there is text behind the end of a quoted field");
  more_ = at_ != end_;
  at_ += more_;
  return true;
}

}  // namespace deltastream::format::csv

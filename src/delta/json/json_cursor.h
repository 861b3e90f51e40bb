#pragma once
// Walks through JSON text from front to back, checking it as it goes: made for lines of the log, of which there may be
// millions. No tree, no copies but of texts with escapes. The first error sticks: from then on everything reads as
// empty, and failure() says what was wrong. One thread; the text must outlive what was read, and so must the cursor.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace deltastream::delta {

class JsonCursor {
 public:
  // Starts over. Texts read before are gone.
  void start(const char* begin, const char* end) {
    at_ = begin;
    end_ = end;
    failure_ = nullptr;
    texts_used_ = 0;
    mended_ = false;
  }
  const char* at() const { return at_; }
  bool failed() const { return failure_ != nullptr; }
  const char* failure() const { return failure_; }
  // Whether a text since start() held half of a surrogate pair, which no UTF-8 can say: a question mark stands there.
  bool mended() const { return mended_; }
  void fail(const char* why) {
    if (!failure_) failure_ = why;
    at_ = end_;
  }

  // Blanks but no line end: a record is a line.
  void skip_blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r')) at_++;
  }
  bool at_end() const { return at_ == end_; }
  // The next character that is no blank, or 0 at the end.
  char peek() {
    skip_blanks();
    return at_ < end_ ? *at_ : '\0';
  }

  // Calls each(key) for every member; a value that each() does not read is stepped over. Keys live until start().
  template <class Each>
  void object(Each&& each);
  template <class Each>
  void array(Each&& each);
  std::string_view string();
  int64_t integer();
  bool boolean();
  // Steps over `null` if it is there.
  bool null() {
    if (peek() != 'n') return false;
    literal("null");
    return true;
  }
  // Steps over any value and gives its own text.
  std::string_view raw();

 private:
  bool take(char wanted, const char* why) {
    if (peek() != wanted) {
      fail(why);
      return false;
    }
    at_++;
    return true;
  }
  void literal(std::string_view word);
  void skip_string();
  void skip_scalar();
  std::string_view unescape(std::string_view raw);

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* failure_ = nullptr;
  std::deque<std::string> texts_;   // unescaped ones; a deque, so that they stay in place
  size_t texts_used_ = 0;
  bool mended_ = false;
};

template <class Each>
void JsonCursor::object(Each&& each) {
  if (!take('{', "an object is expected")) return;
  if (peek() == '}') {
    at_++;
    return;
  }
  while (true) {
    skip_blanks();
    std::string_view key = string();
    if (!take(':', "a colon is expected after a key")) return;
    skip_blanks();
    const char* value = at_;
    each(key);
    if (at_ == value) raw();
    char next = peek();
    if (next == '}') {
      at_++;
      return;
    }
    if (next != ',') return fail("a comma or the end of the object is expected");
    at_++;
  }
}

template <class Each>
void JsonCursor::array(Each&& each) {
  if (!take('[', "a list is expected")) return;
  if (peek() == ']') {
    at_++;
    return;
  }
  while (true) {
    skip_blanks();
    each();
    char next = peek();
    if (next == ']') {
      at_++;
      return;
    }
    if (next != ',') return fail("a comma or the end of the list is expected");
    at_++;
  }
}

}  // namespace deltastream::delta

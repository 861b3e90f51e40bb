#include "delta/json/json_cursor.h"

#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace deltastream::delta {
namespace {

constexpr int kMaxDepth = 128;

bool is_special(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

// The next quote, backslash or control character, or end.
const char* find_special(const char* at, const char* end) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  while (end - at >= 16) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    __m128i hits = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), control);
    int mask = _mm_movemask_epi8(hits);
    if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
    at += 16;
  }
#endif
  while (at < end && !is_special(*at)) at++;
  return at;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Four hex digits, or -1.
int32_t hex4(const char* at, const char* end) {
  if (end - at < 4) return -1;
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

// What may stand behind a backslash.
bool is_escape(const char* at, const char* end) {
  switch (*at) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return true;
    case 'u': return hex4(at + 1, end) >= 0;
    default: return false;
  }
}

void append_utf8(uint32_t code, std::string& out) {
  auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// Behind "\u", of which skip_string() saw the four digits; moves past what belongs to it. Half of a pair, as a writer leaves it that cuts
// texts by UTF-16, becomes a question mark: so does Java turn it into UTF-8. False then.
bool unicode_escape(const char*& at, const char* end, std::string& out) {
  int32_t code = hex4(at, end);
  at += 4;
  if (code < 0xD800 || code > 0xDFFF) {
    append_utf8(static_cast<uint32_t>(code), out);
    return true;
  }
  int32_t low = code <= 0xDBFF && end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex4(at + 2, end) : -1;
  if (low < 0xDC00 || low > 0xDFFF) {
    out += '?';
    return false;
  }
  at += 6;
  append_utf8(0x10000u + (static_cast<uint32_t>(code - 0xD800) << 10) + static_cast<uint32_t>(low - 0xDC00), out);
  return true;
}

}  // namespace

std::string_view JsonCursor::string() {
  if (at_ == end_ || *at_ != '"') {
    fail("a text is expected");
    return {};
  }
  const char* begin = at_ + 1;
  const char* stop = find_special(begin, end_);
  if (stop < end_ && *stop == '"') {
    at_ = stop + 1;
    return {begin, static_cast<size_t>(stop - begin)};
  }
  skip_string();
  if (failed()) return {};
  return unescape({begin, static_cast<size_t>(at_ - 1 - begin)});
}

void JsonCursor::skip_string() {
  const char* at = at_ + 1;
  while (true) {
    at = find_special(at, end_);
    if (at == end_) return fail("a text has no end");
    if (*at == '"') break;
    if (*at != '\\') return fail("a text holds a control character");
    if (end_ - at < 2) return fail("a text has no end");
    if (!is_escape(at + 1, end_)) return fail("a text holds an escape that does not exist");
    at += 2;
  }
  at_ = at + 1;
}

std::string_view JsonCursor::unescape(std::string_view raw) {
  if (texts_used_ == texts_.size()) texts_.emplace_back();
  std::string& text = texts_[texts_used_++];
  text.clear();
  text.reserve(raw.size());
  const char* at = raw.data();
  const char* end = at + raw.size();
  while (true) {
    const char* backslash = find_special(at, end);
    text.append(at, static_cast<size_t>(backslash - at));
    if (backslash == end) return text;
    // An escape is whole: skip_string() saw to it.
    char escape = backslash[1];
    at = backslash + 2;
    switch (escape) {
      case '"': case '\\': case '/': text += escape; break;
      case 'b': text += '\b'; break;
      case 'f': text += '\f'; break;
      case 'n': text += '\n'; break;
      case 'r': text += '\r'; break;
      case 't': text += '\t'; break;
      default: mended_ = !unicode_escape(at, end, text) || mended_; break;
    }
  }
}

int64_t JsonCursor::integer() {
  skip_blanks();
  bool negative = at_ < end_ && *at_ == '-';
  const char* at = at_ + negative;
  uint64_t value = 0;
  const char* digits = at;
  while (at < end_ && *at >= '0' && *at <= '9') {
    auto digit = static_cast<uint64_t>(*at - '0');
    if (value > (UINT64_MAX - digit) / 10) {
      fail("a number does not fit 64 bits");
      return 0;
    }
    value = value * 10 + digit;
    at++;
  }
  bool ends = at == end_ || *at == ',' || *at == '}' || *at == ']' || *at == ' ' || *at == '\t' || *at == '\r';
  if (at == digits || !ends || (at - digits > 1 && *digits == '0')) {
    fail("a whole number is expected");
    return 0;
  }
  if (value > static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0)) {
    fail("a number does not fit 64 bits");
    return 0;
  }
  at_ = at;
  return negative ? static_cast<int64_t>(0 - value) : static_cast<int64_t>(value);
}

bool JsonCursor::boolean() {
  if (peek() == 't') {
    literal("true");
    return !failed();
  }
  literal("false");
  return false;
}

void JsonCursor::literal(std::string_view word) {
  skip_blanks();
  if (static_cast<size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) {
    return fail("a value of another type is expected");
  }
  at_ += word.size();
}

// A number or a literal.
void JsonCursor::skip_scalar() {
  switch (*at_) {
    case 't': return literal("true");
    case 'f': return literal("false");
    case 'n': return literal("null");
    default: break;
  }
  const char* at = at_;
  auto digits = [&] {
    const char* first = at;
    while (at < end_ && *at >= '0' && *at <= '9') at++;
    return at - first;
  };
  if (*at == '-') at++;
  const char* whole = at;
  auto whole_digits = digits();
  bool good = whole_digits == 1 || (whole_digits > 1 && *whole != '0');
  if (good && at < end_ && *at == '.') {
    at++;
    good = digits() > 0;
  }
  if (good && at < end_ && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end_ && (*at == '+' || *at == '-')) at++;
    good = digits() > 0;
  }
  if (!good) return fail("a value is expected");
  at_ = at;
}

std::string_view JsonCursor::raw() {
  peek();
  const char* begin = at_;
  // What each open bracket is closed by.
  char closers[kMaxDepth];
  int depth = 0;
  bool wants_value = true;
  while (!failed()) {
    char c = peek();
    if (wants_value) {
      if (c == '{' || c == '[') {
        if (depth == kMaxDepth) {
          fail("the value is nested too deeply");
          break;
        }
        closers[depth++] = c == '{' ? '}' : ']';
        at_++;
        if (peek() == closers[depth - 1]) {
          wants_value = false;
          continue;
        }
        if (c == '[') continue;
      } else {
        if (c == '"') {
          skip_string();
        } else if (at_ < end_) {
          skip_scalar();
        } else {
          fail("the line ends in the middle");
        }
        wants_value = false;
        if (depth == 0) break;
        continue;
      }
    } else if (c == closers[depth - 1]) {
      at_++;
      if (--depth == 0) break;
      continue;
    } else if (c == ',') {
      at_++;
      wants_value = true;
      if (closers[depth - 1] == ']') continue;
    } else {
      fail("a comma or the end of a list or object is expected");
      break;
    }
    // A key comes next.
    if (peek() != '"') {
      fail("a key is expected");
      break;
    }
    skip_string();
    take(':', "a colon is expected after a key");
    wants_value = true;
  }
  if (failed()) return {};
  return {begin, static_cast<size_t>(at_ - begin)};
}

}  // namespace deltastream::delta

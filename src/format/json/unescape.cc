#include "format/json/unescape.h"

#include <cstdint>
#include <cstring>

namespace deltastream::format {
namespace {

bool read_hex4(const char* at, const char* end, uint32_t& value) {
  if (end - at < 4) return false;
  value = 0;
  for (int i = 0; i < 4; i++) {
    char c = at[i];
    uint32_t digit = c >= '0' && c <= '9' ? uint32_t(c - '0')
                     : c >= 'a' && c <= 'f' ? uint32_t(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? uint32_t(c - 'A' + 10) : 16;
    if (digit == 16) return false;
    value = value << 4 | digit;
  }
  return true;
}

char* put_utf8(char* out, uint32_t code) {
  if (code < 0x80) {
    *out++ = char(code);
  } else if (code < 0x800) {
    *out++ = char(0xc0 | code >> 6);
    *out++ = char(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *out++ = char(0xe0 | code >> 12);
    *out++ = char(0x80 | (code >> 6 & 0x3f));
    *out++ = char(0x80 | (code & 0x3f));
  } else {
    *out++ = char(0xf0 | code >> 18);
    *out++ = char(0x80 | (code >> 12 & 0x3f));
    *out++ = char(0x80 | (code >> 6 & 0x3f));
    *out++ = char(0x80 | (code & 0x3f));
  }
  return out;
}

// The code point of "\uXXXX" or of a pair of them; `at` stands behind the first "\u" and moves on.
bool read_unicode_escape(const char*& at, const char* end, uint32_t& code) {
  constexpr uint32_t kReplacement = 0xfffd;
  if (!read_hex4(at, end, code)) return false;
  at += 4;
  if (code < 0xd800 || code > 0xdfff) return true;
  uint32_t low = 0;
  bool pair = code < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u' && read_hex4(at + 2, end, low) && low >= 0xdc00 && low <= 0xdfff;
  if (!pair) {
    code = kReplacement;
    return true;
  }
  at += 6;
  code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  return true;
}

char simple_escape(char c) {
  switch (c) {
    case '"': case '\\': case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

}  // namespace

bool unescape(std::string_view text, char* out, size_t& size) {
  const char* at = text.data();
  const char* end = at + text.size();
  char* begin = out;
  while (at != end) {
    const void* found = std::memchr(at, '\\', size_t(end - at));
    const char* stop = found ? static_cast<const char*>(found) : end;
    std::memmove(out, at, size_t(stop - at));
    out += stop - at;
    at = stop;
    if (at == end) break;
    if (end - at < 2) return false;
    char kind = at[1];
    at += 2;
    if (kind == 'u') {
      uint32_t code = 0;
      if (!read_unicode_escape(at, end, code)) return false;
      out = put_utf8(out, code);
    } else {
      char c = simple_escape(kind);
      if (c == 0) return false;
      *out++ = c;
    }
  }
  size = size_t(out - begin);
  return true;
}

bool has_valid_escapes(std::string_view text) {
  for (size_t i = text.find('\\'); i != std::string_view::npos; i = text.find('\\', i)) {
    if (i + 1 >= text.size()) return false;
    uint32_t ignored;
    if (text[i + 1] == 'u' ? !read_hex4(text.data() + i + 2, text.data() + text.size(), ignored) : simple_escape(text[i + 1]) == 0) return false;
    i += 2;
  }
  return true;
}

}  // namespace deltastream::format

#include "delta/json/json_scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>

namespace deltastream::delta {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<uint32_t> take_hex(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = at; i < at + 4; i++) {
    int digit = hex_value(text[i]);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  return value;
}

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
  } else if (code < 0x10000) {
    out += {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
  } else {
    out += {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 63)), static_cast<char>(0x80 | (code >> 6 & 63)),
            static_cast<char>(0x80 | (code & 63))};
  }
}

// "\uXXXX" at `at` (which stands on the first hex digit), with the second half of a surrogate pair.
bool take_escape(std::string_view text, size_t& at, std::string& out) {
  auto code = take_hex(text, at);
  if (!code) return false;
  at += 4;
  if (*code >= 0xD800 && *code < 0xDC00) {
    if (text.substr(at, 2) != "\\u") return false;
    auto low = take_hex(text, at + 2);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
    at += 6;
    code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
  } else if (*code >= 0xDC00 && *code < 0xE000) {
    return false;
  }
  append_utf8(out, *code);
  return true;
}

bool ends_scalar(char c) { return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; }

// Whether a key as it stands in the text is this name.
bool same_key(std::string_view raw, std::string_view name) {
  // Escapes make a key longer than its name.
  if (raw.size() < name.size()) return false;
  if (raw.size() == name.size()) return raw == name && name.find('\\') == std::string_view::npos;
  if (std::find(raw.begin(), raw.end(), '\\') == raw.end()) return false;
  std::string quoted = "\"" + std::string(raw) + "\"";
  auto text = json_text(quoted);
  return text && *text == name;
}

// From `at` on, or the text's end. Strings are short here: most end within the first bytes, which cost less than a call.
size_t find_quote(std::string_view text, size_t at) {
#ifdef __SSE2__
  constexpr size_t kStep = 16;
  for (const __m128i quotes = _mm_set1_epi8('"'); at + kStep <= text.size(); at += kStep) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    if (const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quotes))) return at + static_cast<size_t>(std::countr_zero(static_cast<unsigned>(found)));
  }
#endif
  while (at < text.size() && text[at] != '"') at++;
  return at;
}

}  // namespace

void json_skip_blanks(std::string_view text, size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) at++;
}

bool json_skip_string(std::string_view text, size_t& at) {
  if (at >= text.size() || text[at] != '"') return false;
  at++;
  while (at < text.size()) {
    const size_t quote = find_quote(text, at);
    if (quote == text.size()) return false;
    size_t slashes = 0;
    while (quote - slashes > at && text[quote - slashes - 1] == '\\') slashes++;
    at = quote + 1;
    if (slashes % 2 == 0) return true;
  }
  return false;
}

// Brackets are counted, not matched: what is looked for inside is parsed strictly later.
bool json_skip_value(std::string_view text, size_t& at) {
  json_skip_blanks(text, at);
  if (at >= text.size()) return false;
  if (text[at] == '"') return json_skip_string(text, at);
  if (text[at] == '{' || text[at] == '[') {
    size_t depth = 0;
    while (at < text.size()) {
      char c = text[at];
      if (c == '"') {
        if (!json_skip_string(text, at)) return false;
        continue;
      }
      at++;
      if (c == '{' || c == '[') depth++;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }
  size_t begin = at;
  while (at < text.size() && !ends_scalar(text[at])) at++;
  return at > begin;
}

std::optional<std::string_view> json_member(std::string_view object, std::string_view key) {
  std::optional<std::string_view> found;
  json_members(object, [&](std::string_view name, std::string_view value) {
    if (!same_key(name, key)) return true;
    found = value;
    return false;
  });
  return found;
}

std::optional<std::string_view> json_member_at(std::string_view object, const std::vector<std::string>& path) {
  std::optional<std::string_view> at = object;
  for (const auto& key : path) {
    at = json_member(*at, key);
    if (!at) return std::nullopt;
  }
  return at;
}

std::optional<std::string> json_text(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"' || raw.back() != '"') return std::nullopt;
  std::string_view text = raw.substr(1, raw.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    char c = text[at++];
    if (c == '"') return std::nullopt;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (at >= text.size()) return std::nullopt;
    switch (text[at++]) {
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case '/': out += '/'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u':
        if (!take_escape(text, at, out)) return std::nullopt;
        break;
      default: return std::nullopt;
    }
  }
  return out;
}

}  // namespace deltastream::delta

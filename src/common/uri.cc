#include "common/uri.h"

#include <cctype>

namespace deltastream {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 3986 unreserved, the two delimiters of a Hive-style path, and those sub-delimiters that java.net.URI leaves alone
// in a path: other Delta writers write them raw, so two spellings of one file stay equal.
bool stays_raw(char c) {
  static constexpr std::string_view kRaw = "-._~/=!$&'()*+,;:@";
  return is_letter(c) || is_digit(c) || kRaw.find(c) != std::string_view::npos;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  for (char c : text) {
    if (!is_letter(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
  }
  return true;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

Result<Location> parse_file_uri(std::string_view text, std::string_view rest) {
  if (rest.substr(0, 2) == "//") {
    rest.remove_prefix(2);
    size_t slash = rest.find('/');
    std::string_view host = rest.substr(0, slash);
    if (!host.empty() && host != "localhost") {
      return invalid_argument("'" + std::string(text) + "' names the host '" + std::string(host) +
                              "': a local file is written file:///path, with three slashes");
    }
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  if (rest.empty()) return invalid_argument("'" + std::string(text) + "' holds no path");
  return Location{"file", std::string(rest)};
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return corrupt("'" + std::string(text) + "' is not percent-encoded: '%' at byte " + std::to_string(i) + " is not followed by two hex digits");
    }
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

std::string percent_encode_path(std::string_view path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string result;
  result.reserve(path.size());
  for (char c : path) {
    if (stays_raw(c)) {
      result += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      result += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return result;
}

Result<Location> parse_location(std::string_view text) {
  if (text.empty()) return invalid_argument("the location is empty");
  if (text.find('\0') != std::string_view::npos) return invalid_argument("the location holds a zero byte");
  size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return Location{"file", std::string(text)};
  std::string scheme = lower(text.substr(0, colon));
  std::string_view rest = text.substr(colon + 1);
  if (scheme == "file") return parse_file_uri(text, rest);
  // "a:b" without slashes is a file name; only "scheme://" leaves the local disk.
  if (rest.substr(0, 2) != "//") return Location{"file", std::string(text)};
  return Location{scheme, std::string(rest.substr(2))};
}

}  // namespace deltastream

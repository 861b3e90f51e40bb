#include "cli/fingerprint.h"

#include <cctype>

#include <fmt/format.h>

namespace deltastream::cli {

void Fingerprint::add_byte(char c) {
  hash_ ^= static_cast<unsigned char>(c);
  hash_ *= 0x100000001b3;
}

void Fingerprint::add(std::string_view text) {
  bool blank = false;
  auto skip_past = [&](size_t i, std::string_view end) {
    size_t found = text.find(end, i);
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  for (size_t i = 0; i < text.size();) {
    std::string_view rest = text.substr(i);
    if (std::isspace(static_cast<unsigned char>(text[i]))) {
      blank = true;
      i++;
    } else if (rest.starts_with("--")) {
      blank = true;
      i = skip_past(i, "\n");
    } else if (rest.starts_with("/*") && !rest.starts_with("/*+")) {
      blank = true;
      i = skip_past(i + 2, "*/");
    } else {
      if (blank) add_byte(' ');
      blank = false;
      char c = text[i];
      size_t end = c == '\'' || c == '"' || c == '`' ? skip_past(i + 1, std::string_view(&c, 1)) : i + 1;
      for (; i < end; i++) add_byte(text[i]);
    }
  }
  add_byte('\0');
}

std::string Fingerprint::text() const { return fmt::format("{:016x}", hash_); }

}  // namespace deltastream::cli

#include "cli/statement_end.h"

#include <cctype>
#include <string>

namespace deltastream::cli {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// "$tag$" at `at`, or nothing: $1 is a parameter, a$b a name.
std::string_view dollar_quote(std::string_view text, size_t at) {
  if (at > 0 && is_name(text[at - 1])) return {};
  size_t end = at + 1;
  while (end < text.size() && is_name(text[end])) end++;
  const bool closed = end < text.size() && text[end] == '$';
  const bool tag = closed && !std::isdigit(static_cast<unsigned char>(text[at + 1]));
  return tag ? text.substr(at, end + 1 - at) : std::string_view{};
}

}  // namespace

TextEnd end_of_text(std::string_view text) {
  TextEnd state;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    const std::string_view dollars = c == '$' ? dollar_quote(text, i) : std::string_view{};
    if (c == '\'' || c == '"' || c == '`' || !dollars.empty()) {
      const size_t end = dollars.empty() ? text.find(c, i + 1) : text.find(dollars, i + dollars.size());
      if (end == std::string_view::npos) return {false, c, i, false};
      i = end + (dollars.empty() ? 0 : dollars.size() - 1);
      state.complete = false;
    } else if (text.substr(i, 2) == "--") {
      const size_t end = text.find('\n', i);
      if (end == std::string_view::npos) return state;
      i = end;
    } else if (text.substr(i, 2) == "/*") {
      const size_t end = text.find("*/", i + 2);
      if (end == std::string_view::npos) return {false, 0, 0, true};
      i = end + 1;
    } else if (c == ';') {
      state.complete = true;
    } else if (!std::isspace(static_cast<unsigned char>(c))) {
      state.complete = false;
    }
  }
  return state;
}

}  // namespace deltastream::cli

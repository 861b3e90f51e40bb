#include "engine/plan/literal_pattern.h"

#include <cstring>

namespace deltastream::engine::plan {
namespace {

constexpr std::string_view kSpecial = R"(\^$.|?*+()[]{})";

bool plain(char c) { return kSpecial.find(c) == std::string_view::npos && static_cast<unsigned char>(c) < 0x80; }

bool take(std::string_view& rest, std::string_view what) {
  if (!rest.starts_with(what)) return false;
  rest.remove_prefix(what.size());
  return true;
}

// (x|^) or (^|x)
std::optional<char> take_before(std::string_view& rest) {
  if (rest.size() < 5 || rest[0] != '(' || rest[4] != ')') return std::nullopt;
  std::string_view inside = rest.substr(1, 3);
  char c = inside[0] == '^' ? inside[2] : inside[0];
  bool right = inside[1] == '|' && (inside[0] == '^') != (inside[2] == '^') && plain(c);
  if (!right) return std::nullopt;
  rest.remove_prefix(5);
  return c;
}

}  // namespace

std::optional<LiteralPattern> literal_pattern(std::string_view regex, int64_t group) {
  LiteralPattern pattern;
  std::string_view rest = regex;
  pattern.before = take_before(rest);
  if (group != (pattern.before ? 2 : 1)) return std::nullopt;
  while (!rest.empty() && plain(rest[0])) {
    pattern.literal += rest[0];
    rest.remove_prefix(1);
  }
  if (pattern.literal.empty() || !take(rest, "([^") || rest.empty() || !plain(rest[0]) || rest[0] == '-') return std::nullopt;
  pattern.stop = rest[0];
  rest.remove_prefix(1);
  pattern.not_empty = rest.starts_with("]+");
  if (!take(rest, "]*)") && !take(rest, "]+)")) return std::nullopt;
  return rest.empty() ? std::optional(pattern) : std::nullopt;
}

std::optional<std::string_view> find_literal(std::string_view text, const LiteralPattern& pattern) {
  const char* end = text.data() + text.size();
  for (const char* from = text.data(); from < end;) {
    const auto* found = static_cast<const char*>(memmem(from, static_cast<size_t>(end - from), pattern.literal.data(), pattern.literal.size()));
    if (!found) return std::nullopt;
    from = found + 1;
    if (pattern.before && found != text.data() && found[-1] != *pattern.before) continue;
    const char* start = found + pattern.literal.size();
    const auto* stop = start == end ? nullptr : static_cast<const char*>(memchr(start, pattern.stop, static_cast<size_t>(end - start)));
    std::string_view value(start, static_cast<size_t>((stop ? stop : end) - start));
    if (pattern.not_empty && value.empty()) continue;
    return value;
  }
  return std::nullopt;
}

}  // namespace deltastream::engine::plan

#pragma once
// Regular expressions that are only "what follows this text, up to that character", such as (&|^)channel_id=([^&]*): they are searched
// without an engine for regular expressions. Pure function.

#include <optional>
#include <string>
#include <string_view>

namespace deltastream::engine::plan {

// The group is what follows the first `literal` that stands at the beginning of the text or behind `before`, up to `stop`.
struct LiteralPattern {
  std::optional<char> before;  // none: wherever the literal stands
  std::string literal;
  char stop = 0;
  bool not_empty = false;      // + instead of *
};

// The pattern for its group `group`, if it is that simple: [(x|^)] literal ([^c]*).
std::optional<LiteralPattern> literal_pattern(std::string_view regex, int64_t group);

// The group in a text, or none.
std::optional<std::string_view> find_literal(std::string_view text, const LiteralPattern& pattern);

}  // namespace deltastream::engine::plan

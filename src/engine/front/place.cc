#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "engine/front/token.h"
#include "engine/script.h"

namespace deltastream::engine {
namespace {

// Characters of a long line that are shown on either side of the place.
constexpr size_t kShownBefore = 80;
constexpr size_t kShownAfter = 60;

std::string_view line_of(std::string_view text, uint32_t line) {
  size_t start = 0;
  for (uint32_t i = 1; i < line; i++) {
    size_t end = text.find('\n', start);
    if (end == std::string_view::npos) return {};
    start = end + 1;
  }
  return text.substr(start, text.find('\n', start) - start);
}

// The line's characters; what a terminal would act on or cannot show becomes '?', a tab stays.
std::vector<std::string> characters(std::string_view line) {
  std::vector<std::string> result;
  while (!line.empty()) {
    size_t length = front::utf8_length(line);
    auto c = static_cast<unsigned char>(line[0]);
    if (length == 0 || (c < 0x20 && c != '\t' && c != '\r') || c == 0x7F) {
      result.emplace_back("?");
    } else if (c != '\r') {
      result.emplace_back(line.substr(0, length));
    }
    line.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

}  // namespace

std::string show_place(std::string_view text, SourcePosition position) {
  if (position.line == 0) return "an unknown place";
  std::vector<std::string> line = characters(line_of(text, position.line));
  size_t place = position.column == 0 ? 0 : position.column - 1;
  place = std::min(place, line.size());
  size_t first = place > kShownBefore ? place - kShownBefore : 0;
  size_t last = std::min(line.size(), place + kShownAfter);
  std::string shown = first > 0 ? "…" : "", blank = first > 0 ? " " : "";
  for (size_t i = first; i < last; i++) {
    shown += line[i];
    if (i < place) blank += line[i] == "\t" ? "\t" : " ";
  }
  if (last < line.size()) shown += "…";
  return fmt::format("line {}, column {}:\n  {}\n  {}^", position.line, position.column, shown, blank);
}

}  // namespace deltastream::engine

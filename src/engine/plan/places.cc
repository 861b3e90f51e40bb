#include "engine/plan/places.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/script.h"

namespace deltastream::engine::plan {

SourcePosition position_of(std::string_view text, size_t offset) {
  SourcePosition position{1, 1};
  for (size_t i = 0; i < std::min(offset, text.size()); i++) {
    if (text[i] == '\n') {
      position.line++;
      position.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      position.column++;
    }
  }
  return position;
}

size_t Places::add(std::string text, SourcePosition start) {
  // One byte between texts: the end of one is not the beginning of the next.
  size_t base = texts_.empty() ? 0 : texts_.back().base + texts_.back().text.size() + 1;
  texts_.push_back({base, std::move(text), start});
  return base;
}

std::string Places::show(size_t offset) const {
  auto found = std::find_if(texts_.rbegin(), texts_.rend(), [&](const Text& t) { return t.base <= offset; });
  if (found == texts_.rend()) return "an unknown place";
  SourcePosition local = position_of(found->text, offset - found->base);
  std::string shown = show_place(found->text, local);
  if (found->start.line == 0) return shown;
  SourcePosition global = local;
  global.line += found->start.line - 1;
  if (local.line == 1) global.column += found->start.column - 1;
  return fmt::format("line {}, column {}{}", global.line, global.column, shown.substr(shown.find(':')));
}

}  // namespace deltastream::engine::plan

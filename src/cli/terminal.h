#pragma once
// What is known of the terminal behind a descriptor. Pure but for asking it; any thread.

#include <cstddef>
#include <string>
#include <string_view>

namespace deltastream::cli {

// Cells in a line, lines; 80 and 24 where nobody tells.
size_t terminal_width(int descriptor);
size_t terminal_height(int descriptor);
// A terminal on which lines can be drawn again: not a pipe, and not TERM=dumb.
bool can_redraw(int descriptor);

// Cells that a terminal needs for a text (UTF-8): none for combining marks, two for wide characters.
size_t shown_width(std::string_view text);
// The beginning of a text that fits into so many cells, with "…" at its end where something was cut.
std::string fitted(std::string_view text, size_t width);
// Blanks up to that width, behind the text or before it.
std::string padded(std::string_view text, size_t width, bool right);
// Control characters as escapes.
std::string on_one_line(std::string_view text);

}  // namespace deltastream::cli

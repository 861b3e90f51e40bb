#include "cli/terminal.h"

#include <cstdlib>
#include <cstring>
#include <cwchar>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace deltastream::cli {
namespace {

winsize size_of(int descriptor) {
  winsize size = {};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) size = {};
  return size;
}

// Reads one character at `at` and moves on; a byte that is no UTF-8 is a character of its own.
char32_t next_character(std::string_view text, size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at++]);
  int more = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0;
  char32_t character = more == 0 ? byte : byte & (0x3Fu >> more);
  for (; more > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; more--) {
    character = (character << 6) | (static_cast<unsigned char>(text[at++]) & 0x3F);
  }
  return character;
}

// wcwidth knows by the locale, which main sets; what it does not know is drawn as one cell.
size_t cells(char32_t character) {
  if (character >= 0x20 && character < 0x7F) return 1;
  const int width = wcwidth(static_cast<wchar_t>(character));
  return width < 0 ? 1 : static_cast<size_t>(width);
}

}  // namespace

size_t terminal_width(int descriptor) {
  const winsize size = size_of(descriptor);
  return size.ws_col > 0 ? size.ws_col : 80;
}

size_t terminal_height(int descriptor) {
  const winsize size = size_of(descriptor);
  return size.ws_row > 0 ? size.ws_row : 24;
}

bool can_redraw(int descriptor) {
  const char* kind = std::getenv("TERM");
  return isatty(descriptor) != 0 && kind && *kind && std::strcmp(kind, "dumb") != 0;
}

size_t shown_width(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) width += cells(next_character(text, at));
  return width;
}

std::string fitted(std::string_view text, size_t width) {
  if (text.size() <= width || shown_width(text) <= width) return std::string(text);
  size_t used = 0, end = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t more = cells(next_character(text, at));
    if (used + more + 1 > width) break;
    used += more;
    end = at;
  }
  return width == 0 ? "" : std::string(text.substr(0, end)) + "…";
}

std::string padded(std::string_view text, size_t width, bool right) {
  const size_t used = shown_width(text);
  const std::string blanks(width > used ? width - used : 0, ' ');
  return right ? blanks + std::string(text) : std::string(text) + blanks;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (char c : text) {
    if (c == '\n') line += "\\n";
    else if (c == '\t') line += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) line += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else line += c;
  }
  return line;
}

}  // namespace deltastream::cli

#pragma once
// A value of bad input as a message shows it: cut to a length that a line can hold, never within a character.

#include <string>
#include <string_view>

namespace deltastream::format {

inline std::string shown_value(std::string_view text) {
  constexpr size_t kLongest = 60;
  if (text.size() <= kLongest) return std::string(text);
  size_t size = kLongest;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) size--;
  return std::string(text.substr(0, size)) + "…";
}

}  // namespace deltastream::format

#pragma once
// Where a typed text stands: between statements, in one, or inside a quote. Pure.

#include <cstddef>
#include <string_view>

namespace deltastream::cli {

struct TextEnd {
  bool complete = false;  // the last thing is a semicolon outside of quotes and comments
  char quote = 0;         // that is still open: ' " ` or $; 0 = none
  size_t opened = 0;      // the byte of that quote
  bool comment = false;   // a /* … is still open
};

TextEnd end_of_text(std::string_view text);

}  // namespace deltastream::cli

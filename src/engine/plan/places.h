#pragma once
// One space of offsets over all texts that a plan is made from – the query, the views below it, the computed columns – so that
// whatever DuckDB complains about can be shown in the line of the script that holds it. One thread.

#include <string>
#include <vector>

#include "engine/catalog.h"

namespace deltastream::engine::plan {

class Places {
 public:
  // Adds a text that begins at `start` in the script (line 0: unknown, then places are lines of the text itself).
  // Returns the offset that stands for its first byte.
  size_t add(std::string text, SourcePosition start);
  // "line L, column C:\n  the line\n   ^"
  std::string show(size_t offset) const;

 private:
  struct Text {
    size_t base;
    std::string text;
    SourcePosition start;
  };
  std::vector<Text> texts_;
};

// The line and column of a byte of a text, both from 1; a column is one character.
SourcePosition position_of(std::string_view text, size_t offset);

}  // namespace deltastream::engine::plan

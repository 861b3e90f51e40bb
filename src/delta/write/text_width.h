#pragma once
// CHAR(n) and VARCHAR(n): to the protocol they are strings, and readers show what stands in the files. Spark keeps the width in a
// field's metadata and refuses a table with longer values, so a writer keeps to it: what is longer is an error (blanks at the end
// do not count), and CHAR is filled up with blanks, as Spark writes it.

#include <cstdint>
#include <optional>
#include <string>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/schema.h"

namespace deltastream::delta {

struct TextWidth {
  bool fixed = false;        // CHAR
  uint64_t characters = 0;
};

// Absent for a column without one. Unsupported for widths inside of a nested column, and for a spelling that is none.
Result<std::optional<TextWidth>> text_width(const StructField& field);

// The first `count` values as the column holds them; invalid argument, naming the column, for one that is too long.
Result<Vector> fit_width(const TextWidth& width, const std::string& column, Vector& values, size_t count);

}  // namespace deltastream::delta

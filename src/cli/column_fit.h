#pragma once
// Which columns of a table are shown, and how wide, in so many cells. Pure.

#include <cstddef>
#include <vector>

namespace deltastream::cli {

struct ColumnFit {
  std::vector<size_t> shown;   // in order; one that is missing in the middle stands for a gap
  std::vector<size_t> widths;  // of all columns
};

// Between two columns lie `between` cells, and a gap is one cell wide. The widest columns are narrowed first, none below its `least`;
// then columns are left out, from the middle. The first column is always shown. `room` 0 = any.
ColumnFit fit_columns(std::vector<size_t> wanted, const std::vector<size_t>& least, size_t room, size_t between);

}  // namespace deltastream::cli

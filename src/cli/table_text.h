#pragma once
// Rows as a table for people: columns as wide as their values (up to a bound), numbers to the right. Streams: widths come from the
// first rows. One thread.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/text_columns.h"
#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::cli {

class TableText {
 public:
  using Sink = std::function<Status(std::string_view)>;
  TableText(const std::vector<Field>& columns, Sink sink);
  Status write(DataChunk& rows);
  // The lines that were held back to learn widths, and how many rows there were.
  Status finish();

 private:
  using Row = std::vector<std::string>;
  Status print_header();
  Status print(const Row& row);

  const std::vector<Field> columns_;
  const Sink sink_;
  TextColumns texts_;
  std::vector<size_t> widths_;
  std::vector<Row> held_;
  bool header_printed_ = false;
  uint64_t rows_ = 0;
};

// Cells that a terminal needs for a text (UTF-8; combining marks and wide characters are counted as one).
size_t shown_width(std::string_view text);

}  // namespace deltastream::cli

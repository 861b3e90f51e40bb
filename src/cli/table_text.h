#pragma once
// Rows as a table for people: columns as wide as their values (up to a bound), numbers to the right. Streams: widths come from the first
// rows. On a terminal the table is made to fit: columns are narrowed, then left out in the middle, and only the first and last rows
// are shown; the last line says what is missing. One thread.

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/text_columns.h"
#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::cli {

// The room there is; 0 = any.
struct TableRoom {
  size_t width = 0;
  size_t rows = 0;
};

class TableText {
 public:
  using Sink = std::function<Status(std::string_view)>;
  TableText(const std::vector<Field>& columns, TableRoom room, Sink sink);
  Status write(DataChunk& rows);
  // The lines that were held back to learn widths, and how many rows there were.
  Status finish();

 private:
  using Row = std::vector<std::string>;
  std::string cell(std::string_view value);
  void take(Row cells);
  Status print_header();
  Status print(const Row& row);
  std::string count_line() const;

  const std::vector<Field> columns_;
  const TableRoom room_;
  const Sink sink_;
  TextColumns texts_;
  std::vector<size_t> widths_;
  std::vector<size_t> shown_;   // columns that are printed, in order
  std::vector<Row> held_;       // of the beginning
  std::deque<Row> last_;        // newest rows behind them, where not all are shown
  bool header_printed_ = false, cut_ = false;
  uint64_t rows_ = 0;
};

}  // namespace deltastream::cli

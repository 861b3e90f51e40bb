#pragma once
// Rows one below another, a value a line: for rows that are wider than the terminal. Only the first rows are shown where there is no room
// for all. One thread.

#include <vector>

#include "cli/table_text.h"

namespace deltastream::cli {

class RecordText {
 public:
  RecordText(const std::vector<Field>& columns, TableRoom room, TableText::Sink sink);
  Status write(DataChunk& rows);
  // How many rows there were.
  Status finish();

 private:
  const TableRoom room_;
  const TableText::Sink sink_;
  TextColumns texts_;
  std::vector<std::string> names_;  // as wide as the widest
  uint64_t rows_ = 0;
  bool cut_ = false;
};

}  // namespace deltastream::cli

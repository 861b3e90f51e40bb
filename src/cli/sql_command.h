#pragma once
// What the word `sql` and its shell share.

#include <string>

#include "common/result.h"
#include "engine/batch.h"

namespace deltastream::cli {

// How results are shown.
struct ResultLook {
  std::string format = "table";
  size_t most_rows = 40;  // of a table or of records on a terminal; 0 = all. Pipes and files get all.
  bool timing = false;    // say how long each statement took
  std::string once;       // the file for the next result; taken back when it is written
};

// Executes one statement and writes its rows to standard output.
Status execute_statement(engine::BatchSession& session, const std::string& statement, ResultLook& look);
// The statements of a text, up to the first that fails.
Status execute_statements(engine::BatchSession& session, const std::string& text, ResultLook& look);
// Reads a result to its end.
Status exhaust(engine::BatchResult& result);

}  // namespace deltastream::cli

#pragma once
// What the word `sql` and its shell share.

#include <string>

#include "cli/result_writer.h"
#include "common/result.h"
#include "engine/batch.h"

namespace deltastream::cli {

// Executes one statement and writes its rows to standard output.
Status execute_statement(engine::BatchSession& session, const std::string& statement, const std::string& format);
// Reads a result to its end.
Status exhaust(engine::BatchResult& result);

}  // namespace deltastream::cli

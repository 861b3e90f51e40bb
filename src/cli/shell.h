#pragma once
// The interactive shell: lines with history and completion, statements over several lines up to a semicolon. One thread.

#include <string>

#include "common/result.h"
#include "engine/batch.h"

namespace deltastream::cli {

// Reads from the terminal until Ctrl-D or .quit. An error in a statement is said and the shell goes on. Gives the exit code.
int run_shell(engine::BatchSession& session, const std::string& format);

// Whether a text ends in a complete statement: a semicolon outside of quotes and comments. Pure.
bool statement_is_complete(const std::string& text);

}  // namespace deltastream::cli

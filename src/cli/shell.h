#pragma once
// The interactive shell: lines with history and completion, statements over several lines up to a semicolon, commands after a backslash.
// Ctrl-C drops what is typed or interrupts the statement that runs; Ctrl-D leaves. One thread.

#include "cli/sql_command.h"
#include "engine/batch.h"

namespace deltastream::cli {

// An error in a statement is said and the shell goes on. Gives the exit code.
int run_shell(engine::BatchSession& session, ResultLook look);

}  // namespace deltastream::cli

#pragma once
// The command with which a stopped pipeline goes on. Pure.

#include <string>
#include <string_view>

#include "cli/commands.h"

namespace deltastream::cli {

// With the options that were given, but for --fresh, as a POSIX shell takes it.
std::string resume_command(const RunOptions& options);

// As one word of a POSIX shell.
std::string shell_quoted(std::string_view word);

}  // namespace deltastream::cli

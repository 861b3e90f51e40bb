#pragma once
// The shell's own commands: a backslash and a word, as psql has them, and the dot that DuckDB's shell has for the same. One table that the
// help, completion and the manual share. One thread.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/sql_command.h"
#include "common/result.h"
#include "engine/batch.h"

namespace deltastream::cli {

struct ShellCommandRow {
  std::string_view names;     // separated by blanks, the first is the one to show
  std::string_view argument;  // "" = takes none; in brackets: may be left out
  std::string_view help;
};
std::span<const ShellCommandRow> shell_command_rows();
// A row of the table a command, for the manual.
std::string shell_commands_as_markdown();

bool is_shell_command(std::string_view line);
engine::Completion complete_shell_command(engine::BatchSession& session, const std::string& before);

enum class ShellNext { kGoOn, kLeave };
// Executes one, with its argument.
Result<ShellNext> run_shell_command(engine::BatchSession& session, ResultLook& look, const std::string& line);

}  // namespace deltastream::cli

#include "cli/resume_command.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace deltastream::cli {

std::string shell_quoted(std::string_view word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
  });
  if (plain && !word.empty()) return std::string(word);
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string resume_command(const RunOptions& options) {
  std::string command = fmt::format("deltastream run {}", shell_quoted(options.file));
  for (const std::string& setting : options.settings) command += fmt::format(" --set {}", shell_quoted(setting));
  if (options.parallelism > 0) command += fmt::format(" --parallelism {}", options.parallelism);
  if (!options.state_folder.empty()) command += fmt::format(" --state {}", shell_quoted(options.state_folder));
  return command;
}

}  // namespace deltastream::cli

#pragma once
// What the words of the command line do. Each returns the exit code: 0 done, 1 an error that was said on standard error.
// Wrong usage (2) is the command line parser's.

#include <string>
#include <utility>
#include <vector>

#include "common/result.h"

namespace deltastream::cli {

struct RunOptions {
  std::string file;
  std::vector<std::string> settings;  // key=value
  int parallelism = 0;                // 0 = as the file says
  std::string state_folder;           // "" = .deltastream/NAME beside the file
  bool fresh = false;
};
int run_command(const RunOptions& options);

struct SqlOptions {
  std::vector<std::string> files;
  std::vector<std::string> statements;  // of -c
  std::string format = "table";
  std::string output;                   // "" = standard output
  std::vector<std::string> grants;      // folders that statements may read and write; none: whatever the process may
  size_t most_rows = 40;                // of a result on a terminal; 0 = all
};
int sql_command(const SqlOptions& options);
// The shell's commands and keys.
std::string shell_help();

struct ExplainOptions {
  std::string file;
  std::vector<std::string> settings;
  std::string svg;  // file to write, "" = none
};
int explain_command(const ExplainOptions& options);

std::string version_text();
int version_command();
int connectors_command();
int settings_command();

// "error: <kind>: <text>" on standard error; gives 1.
int fail(const Error& error);

// "key=value" → {key, value}.
Result<std::vector<std::pair<std::string, std::string>>> split_settings(const std::vector<std::string>& settings);

}  // namespace deltastream::cli

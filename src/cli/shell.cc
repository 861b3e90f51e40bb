#include "cli/shell.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <editline/readline.h>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/sql_command.h"

namespace deltastream::cli {
namespace {

constexpr const char* kHelp =
    "Statements end with a semicolon. Tables: SELECT … FROM delta_scan('folder') or FROM delta.`folder`; files: FROM 'file.parquet'.\n"
    ".help            this text\n"
    ".format FORMAT   table, csv, json\n"
    ".quit            leave (also Ctrl-D)\n";

// readline's callbacks take no argument of ours.
engine::BatchSession* g_session = nullptr;
std::vector<std::string> g_words;

char* next_word(const char*, int state) {
  static size_t at = 0;
  if (state == 0) at = 0;
  return at < g_words.size() ? strdup(g_words[at++].c_str()) : nullptr;
}

char** complete(const char* text, int, int) {
  rl_attempted_completion_over = 1;  // no file names when there is nothing of ours
  g_words = g_session->complete(text);
  return g_words.empty() ? nullptr : rl_completion_matches(text, next_word);
}

std::string history_file() {
  const char* home = std::getenv("HOME");
  return home ? std::string(home) + "/.deltastream_history" : "";
}

std::string trimmed(const std::string& text) {
  size_t first = text.find_first_not_of(" \t\n\r"), last = text.find_last_not_of(" \t\n\r");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

class Shell {
 public:
  Shell(engine::BatchSession& session, std::string format) : session_(session), format_(std::move(format)) {}

  // False: leave.
  bool take(const std::string& line) {
    if (pending_.empty() && line.starts_with(".")) return dot_command(trimmed(line));
    pending_ += line + "\n";
    if (trimmed(pending_).empty()) pending_.clear();
    if (pending_.empty() || !statement_is_complete(pending_)) return true;
    std::string text = std::exchange(pending_, "");
    auto statements = session_.split(text);
    if (!statements.ok()) {
      fail(statements.error());
      return true;
    }
    for (const std::string& statement : *statements) {
      if (Status done = execute_statement(session_, statement, format_); !done.ok()) fail(done.error());
    }
    return true;
  }
  bool in_statement() const { return !pending_.empty(); }

 private:
  bool dot_command(const std::string& line) {
    if (line == ".quit" || line == ".exit") return false;
    if (line.starts_with(".format ")) {
      std::string wanted = trimmed(line.substr(8));
      if (wanted == "table" || wanted == "csv" || wanted == "json") {
        format_ = wanted;
      } else {
        fail(invalid_argument(fmt::format("the shell shows table, csv or json, not '{}'", wanted)));
      }
      return true;
    }
    if (line != ".help") fail(invalid_argument(fmt::format("'{}' is no command of the shell; .help lists them", line)));
    else fmt::print("{}", kHelp);
    return true;
  }

  engine::BatchSession& session_;
  std::string format_, pending_;
};

}  // namespace

bool statement_is_complete(const std::string& text) {
  bool complete = false;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (c == '\'' || c == '"' || c == '`') {
      size_t end = text.find(c, i + 1);
      if (end == std::string::npos) return false;
      i = end;
      complete = false;
    } else if (c == '-' && text.compare(i, 2, "--") == 0) {
      size_t end = text.find('\n', i);
      if (end == std::string::npos) return complete;
      i = end;
    } else if (c == '/' && text.compare(i, 2, "/*") == 0) {
      size_t end = text.find("*/", i + 2);
      if (end == std::string::npos) return false;
      i = end + 1;
    } else if (c == ';') {
      complete = true;
    } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      complete = false;
    }
  }
  return complete;
}

int run_shell(engine::BatchSession& session, const std::string& format) {
  g_session = &session;
  rl_readline_name = const_cast<char*>("deltastream");
  rl_attempted_completion_function = complete;
  using_history();
  const std::string history = history_file();
  if (!history.empty()) read_history(history.c_str());
  fmt::print("deltastream {}; .help for help\n", DELTASTREAM_VERSION);
  Shell shell(session, format == "arrow" || format == "parquet" ? "table" : format);
  for (bool going = true; going;) {
    char* line = readline(shell.in_statement() ? "       ...> " : "deltastream> ");
    if (!line) break;
    if (*line) add_history(line);
    going = shell.take(line);
    std::free(line);
  }
  if (!history.empty()) write_history(history.c_str());
  fmt::print("\n");
  g_session = nullptr;
  return 0;
}

}  // namespace deltastream::cli

#include "cli/shell.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/line_editor.h"
#include "cli/query_interrupt.h"
#include "cli/shell_commands.h"
#include "cli/shell_completion.h"
#include "cli/shell_history.h"
#include "cli/statement_end.h"

namespace deltastream::cli {
namespace {

std::string history_file() {
  const char* home = std::getenv("HOME");
  return home && *home ? std::string(home) + "/.deltastream_history" : "";
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\n\r") == std::string::npos; }

class Shell {
 public:
  Shell(engine::BatchSession& session, ResultLook look)
      : session_(session), interrupt_(session, QueryInterrupt::Second::kSame), look_(std::move(look)), history_(history_file()),
        editor_(history_, [this](const std::string& before) { return complete_line(session_, pending_, before); },
                [this] { interrupt_.forget(); }) {}

  void run() {
    for (std::string line; next_ == ShellNext::kGoOn;) {
      const int signals_before = QueryInterrupt::signals();
      switch (editor_.read(pending_.empty() ? "deltastream> " : "        ...> ", line)) {
        case LineEditor::End::kLine: take_lines(line); break;
        case LineEditor::End::kInterrupted: pending_.clear(); break;
        case LineEditor::End::kEndOfInput:
          fmt::print("\n");
          if (QueryInterrupt::signals() == signals_before) return;  // else it was a signal from outside that ended the reading
          pending_.clear();
      }
      std::fflush(stdout);
    }
  }

 private:
  // What follows in a text is dropped after Ctrl-C.
  void take_lines(const std::string& text) {
    for (size_t at = 0; at <= text.size() && next_ == ShellNext::kGoOn;) {
      const size_t end = std::min(text.find('\n', at), text.size());
      take(text.substr(at, end - at));
      at = end + 1;
      if (interrupt_.asked()) break;
    }
  }

  void take(const std::string& line) {
    if (pending_.empty()) {
      if (is_blank(line)) return;
      if (is_shell_command(line)) return command(line, line);
      if (line == "exit" || line == "quit") return command(line, "\\q");
      if (line == "help") return command(line, "\\?");
    }
    pending_ += (pending_.empty() ? "" : "\n") + line;
    // The text is told from its newline: it ends a comment.
    if (!end_of_text(pending_ + "\n").complete) return;
    const std::string text = std::exchange(pending_, "");
    history_.add(text);
    if (Status done = execute_statements(session_, text, look_); !done.ok()) fail(done.error());
  }

  void command(const std::string& typed, const std::string& line) {
    history_.add(typed);
    auto next = run_shell_command(session_, look_, line);
    if (next.ok()) next_ = *next;
    else fail(next.error());
  }

  engine::BatchSession& session_;
  QueryInterrupt interrupt_;
  ResultLook look_;
  std::string pending_;  // of a statement that is not complete
  ShellNext next_ = ShellNext::kGoOn;
  ShellHistory history_;
  LineEditor editor_;
};

}  // namespace

int run_shell(engine::BatchSession& session, ResultLook look) {
  fmt::print("deltastream {}; \\? for help\n", DELTASTREAM_VERSION);
  std::fflush(stdout);
  Shell(session, std::move(look)).run();
  return 0;
}

}  // namespace deltastream::cli

#pragma once
// Lines typed at a terminal, with editing, history and completion (libedit). One of it in a process, one thread. While no line is being
// read, the terminal is as it was found.

#include <functional>
#include <string>
#include <vector>

#include "cli/shell_history.h"
#include "engine/batch.h"

struct editline;

namespace deltastream::cli {

class LineEditor {
 public:
  // What can stand at the end of a text, which is the line up to the cursor.
  using Completer = std::function<engine::Completion(const std::string& before_cursor)>;

  // The history must outlive the editor. `entered` is called at Enter, while Ctrl-C is still a key: signals that come later are meant for
  // what the line brings about.
  LineEditor(ShellHistory& history, Completer completer, std::function<void()> entered);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  enum class End { kLine, kInterrupted, kEndOfInput };
  // One line without its newline (several when an entry of the history was taken up, or when some were pasted); nothing after Ctrl-C and
  // Ctrl-D.
  End read(const std::string& prompt, std::string& line);

 private:
  static LineEditor& of(editline* edit);
  static char* prompt(editline* edit);
  static unsigned char on_interrupt(editline* edit, int character);
  static unsigned char on_enter(editline* edit, int character);
  static unsigned char on_suspend(editline* edit, int character);
  static unsigned char on_paste(editline* edit, int character);
  static unsigned char on_tab(editline* edit, int character);
  unsigned char complete();
  void list(const std::vector<std::string>& names) const;

  editline* edit_;
  const Completer completer_;
  const std::function<void()> entered_;
  std::string prompt_;
  bool interrupted_ = false;
};

}  // namespace deltastream::cli

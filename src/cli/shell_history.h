#pragma once
// The statements that were typed, newest last: one entry each, however many lines it has. Kept in a file that several shells append to at
// the same time. One thread. What cannot be kept is not kept: a history is a courtesy, and no error of the shell.

#include <string>

struct history;

namespace deltastream::cli {

class ShellHistory {
 public:
  // `file` "": only this shell's.
  explicit ShellHistory(std::string file);
  ~ShellHistory();
  ShellHistory(const ShellHistory&) = delete;
  ShellHistory& operator=(const ShellHistory&) = delete;

  // An entry that repeats the one before is left out.
  void add(const std::string& statement);
  // libedit's.
  history* list() { return list_; }

 private:
  const std::string file_;
  history* list_;
};

}  // namespace deltastream::cli

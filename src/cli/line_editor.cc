#include "cli/line_editor.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>
#include <histedit.h>
#include <unistd.h>

#include "cli/terminal.h"

namespace deltastream::cli {
namespace {

constexpr size_t kMostListed = 100;
constexpr char kNewline[] = "\x1f";  // the key of libedit's own function behind Enter; nobody types it

// Tells the terminal to put marks around what is pasted, so that tabs and newlines in it are not keys.
void mark_pastes(bool on) {
  if (!can_redraw(STDOUT_FILENO)) return;
  std::fputs(on ? "\x1b[?2004h" : "\x1b[?2004l", stdout);
  std::fflush(stdout);
}

// What all names begin with.
std::string common_beginning(const std::vector<std::string>& names) {
  std::string common = names.front();
  for (const std::string& name : names) {
    auto [end, unused] = std::mismatch(common.begin(), common.end(), name.begin(), name.end());
    common.erase(end, common.end());
  }
  while (!common.empty() && std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.size() > common.size() && (static_cast<unsigned char>(name[common.size()]) & 0xC0) == 0x80;
  })) {
    common.pop_back();  // not in the middle of a character
  }
  return common;
}

}  // namespace

LineEditor::LineEditor(ShellHistory& history, Completer completer, std::function<void()> entered)
    : edit_(el_init("deltastream", stdin, stdout, stderr)), completer_(std::move(completer)), entered_(std::move(entered)) {
  el_set(edit_, EL_CLIENTDATA, this);
  el_set(edit_, EL_PROMPT, prompt);
  el_set(edit_, EL_EDITOR, "emacs");
  el_set(edit_, EL_SIGNAL, 1);  // redraws when the window changes
  el_set(edit_, EL_HIST, ::history, history.list());
  el_set(edit_, EL_ADDFN, "ds-interrupt", "Drop the line", on_interrupt);
  el_set(edit_, EL_ADDFN, "ds-enter", "End the line", on_enter);
  el_set(edit_, EL_ADDFN, "ds-suspend", "Suspend the shell", on_suspend);
  el_set(edit_, EL_ADDFN, "ds-complete", "Complete the word", on_tab);
  el_set(edit_, EL_ADDFN, "ds-paste", "Take what is pasted as it is", on_paste);
  el_source(edit_, nullptr);  // the user's .editrc
  el_set(edit_, EL_BIND, "^I", "ds-complete", nullptr);
  el_set(edit_, EL_BIND, kNewline, "ed-newline", nullptr);
  for (const char* key : {"^M", "^J"}) el_set(edit_, EL_BIND, key, "ds-enter", nullptr);
  el_set(edit_, EL_BIND, "\\e[200~", "ds-paste", nullptr);
  el_set(edit_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  // Ctrl-C and Ctrl-Z are keys while a line is edited, so that the line can be dropped in an orderly way.
  el_set(edit_, EL_SETTY, "-d", "-isig", nullptr);
  el_set(edit_, EL_BIND, "^C", "ds-interrupt", nullptr);
  el_set(edit_, EL_BIND, "^Z", "ds-suspend", nullptr);
}

LineEditor::~LineEditor() { el_end(edit_); }

LineEditor& LineEditor::of(editline* edit) {
  void* self = nullptr;
  el_get(edit, EL_CLIENTDATA, &self);
  return *static_cast<LineEditor*>(self);
}

char* LineEditor::prompt(editline* edit) { return of(edit).prompt_.data(); }

unsigned char LineEditor::on_interrupt(editline* edit, int) {
  of(edit).interrupted_ = true;
  const LineInfo* line = el_line(edit);
  el_cursor(edit, static_cast<int>(line->lastchar - line->cursor));  // further than the end is the end
  if (el_insertstr(edit, "^C") != 0) return CC_ERROR;
  el_push(edit, "\n");  // goes below the line, however many it takes, and ends the reading
  return CC_REFRESH;
}

unsigned char LineEditor::on_enter(editline* edit, int) {
  of(edit).entered_();
  el_push(edit, kNewline);
  return CC_NORM;
}

unsigned char LineEditor::on_suspend(editline* edit, int) {
  mark_pastes(false);
  el_set(edit, EL_PREP_TERM, 0);
  std::fputs("\n", stdout);
  std::fflush(stdout);
  std::raise(SIGTSTP);
  el_set(edit, EL_PREP_TERM, 1);
  mark_pastes(true);
  return CC_REDISPLAY;
}

unsigned char LineEditor::on_paste(editline* edit, int) {
  static constexpr std::wstring_view kEnd = L"\x1b[201~";
  std::wstring text;
  for (wchar_t character = 0; !text.ends_with(kEnd);) {
    if (el_wgetc(edit, &character) != 1) return CC_EOF;
    text += character;
  }
  text.resize(text.size() - kEnd.size());
  std::wstring clean;
  for (const wchar_t character : text) {
    if (character == L'\r') clean += L'\n';  // what some terminals send for a newline
    else if (character >= L' ' || character == L'\n' || character == L'\t') clean += character;
  }
  if (!clean.empty() && el_winsertstr(edit, clean.c_str()) != 0) return CC_ERROR;
  return CC_REFRESH;
}

unsigned char LineEditor::on_tab(editline* edit, int) { return of(edit).complete(); }

unsigned char LineEditor::complete() {
  const LineInfo* line = el_line(edit_);
  const std::string before(line->buffer, line->cursor);
  const engine::Completion found = completer_(before);
  if (found.names.empty() || found.start > before.size()) return CC_REFRESH_BEEP;
  const std::string word = before.substr(found.start), common = common_beginning(found.names);
  const auto characters = std::count_if(word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  if (!common.empty() && common.size() >= word.size() && common != word) {
    el_deletestr(edit_, static_cast<int>(characters));
    if (el_insertstr(edit_, common.c_str()) != 0) return CC_ERROR;
    return CC_REFRESH;
  }
  if (found.names.size() == 1) return CC_REFRESH;
  list(found.names);
  return CC_REDISPLAY;
}

// Below the line, in columns.
void LineEditor::list(const std::vector<std::string>& names) const {
  const size_t shown = std::min(names.size(), kMostListed);
  size_t widest = 0;
  for (size_t i = 0; i < shown; i++) widest = std::max(widest, shown_width(names[i]));
  const size_t columns = std::max<size_t>(1, terminal_width(STDOUT_FILENO) / (widest + 2));
  const size_t lines = (shown + columns - 1) / columns;
  std::string text = "\n";
  for (size_t at = 0; at < lines; at++) {
    std::string row;
    for (size_t i = at; i < shown; i += lines) {
      row += names[i];
      if (i + lines < shown) row.append(widest + 2 - shown_width(names[i]), ' ');
    }
    text += row + "\n";
  }
  if (shown < names.size()) text += fmt::format("… and {} more\n", names.size() - shown);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

LineEditor::End LineEditor::read(const std::string& prompt, std::string& line) {
  prompt_ = prompt;
  interrupted_ = false;
  line.clear();
  int length = 0;
  el_set(edit_, EL_PREP_TERM, 1);  // libedit itself would show the prompt first
  mark_pastes(true);
  const char* text = el_gets(edit_, &length);
  mark_pastes(false);
  if (interrupted_) return End::kInterrupted;
  if (!text || length <= 0) return End::kEndOfInput;
  line.assign(text);
  if (line.ends_with('\n')) line.pop_back();
  return End::kLine;
}

}  // namespace deltastream::cli

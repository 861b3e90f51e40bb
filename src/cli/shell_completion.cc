#include "cli/shell_completion.h"

#include <algorithm>
#include <filesystem>

#include "cli/shell_commands.h"
#include "cli/statement_end.h"

namespace deltastream::cli {
namespace {

bool is_table(const std::string& name) { return !name.ends_with('/'); }

// A path inside of an open quote: quotes in names are doubled, and the only file that is left closes the quote.
engine::Completion complete_quoted(const std::string& text, size_t opened, char quote) {
  std::string path;
  for (size_t i = opened + 1; i < text.size(); i++) {
    path += text[i];
    if (text[i] == quote && i + 1 < text.size() && text[i + 1] == quote) i++;
  }
  engine::Completion found = complete_path(path);
  found.start = text.size() - (path.size() - found.start);
  for (std::string& name : found.names) {
    for (size_t at = name.find(quote); at != std::string::npos; at = name.find(quote, at + 2)) name.insert(at, 1, quote);
  }
  if (found.names.size() == 1 && is_table(found.names[0])) found.names[0] += quote;
  return found;
}

}  // namespace

engine::Completion complete_path(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  engine::Completion found{path.size() - name.size(), {}};
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error); !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string candidate = entry->path().filename().string();
    if (!candidate.starts_with(name) || (candidate.starts_with('.') && name.empty())) continue;
    std::error_code unknown;
    if (entry->is_directory(unknown) && !std::filesystem::exists(entry->path() / "_delta_log", unknown)) candidate += '/';
    found.names.push_back(std::move(candidate));
  }
  std::sort(found.names.begin(), found.names.end());
  return found;
}

engine::Completion complete_line(engine::BatchSession& session, const std::string& pending, const std::string& before) {
  if (pending.empty() && is_shell_command(before)) return complete_shell_command(session, before);
  const std::string text = pending + before;
  const TextEnd end = end_of_text(text);
  if (end.comment || end.quote == '$') return {};
  const bool path = end.quote == '\'' || end.quote == '`';
  engine::Completion found = path ? complete_quoted(text, end.opened, end.quote) : session.complete(text);
  if (found.start < pending.size()) return {};
  found.start -= pending.size();
  return found;
}

}  // namespace deltastream::cli

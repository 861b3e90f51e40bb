#include "cli/shell_history.h"

#include <cstdio>
#include <filesystem>
#include <memory>

#include <fcntl.h>
#include <histedit.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace deltastream::cli {
namespace {

constexpr int kMost = 5000;              // entries in memory, and in the file when a shell begins
constexpr off_t kTrimBytes = 4 << 20;    // a file that has grown beyond is written anew with the newest entries

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using OpenFile = std::unique_ptr<std::FILE, Close>;

// Open for appending at its end, locked until it is closed; another shell may have put a new file in the place of the one that was opened.
OpenFile open_locked(const std::string& path) {
  for (int attempt = 0; attempt < 10; attempt++) {
    int descriptor = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);  // statements may hold secrets
    if (descriptor < 0) return nullptr;
    struct stat opened = {}, named = {};
    if (::flock(descriptor, LOCK_EX) == 0 && ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
        opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
      OpenFile file(::fdopen(descriptor, "a"));
      if (file) std::fseek(file.get(), 0, SEEK_END);  // libedit writes its first line where nothing is yet
      else ::close(descriptor);
      return file;
    }
    ::close(descriptor);
  }
  return nullptr;
}

// In libedit's form: by a list that holds nothing else.
void append(const std::string& statement, std::FILE* file) {
  std::unique_ptr<History, decltype(&history_end)> one(history_init(), history_end);
  HistEvent event = {};
  history(one.get(), &event, H_SETSIZE, 1);
  history(one.get(), &event, H_ENTER, statement.c_str());
  history(one.get(), &event, H_SAVE_FP, file);
}

void trim(History* list, const std::string& path) {
  OpenFile lock = open_locked(path);
  struct stat known = {};
  if (!lock || ::fstat(::fileno(lock.get()), &known) != 0 || known.st_size < kTrimBytes) return;
  HistEvent event = {};
  history(list, &event, H_CLEAR);
  history(list, &event, H_LOAD, path.c_str());  // with what came since
  const std::string next = path + ".new";
  int descriptor = ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  OpenFile file(::fdopen(descriptor, "w"));
  const bool written = file && history(list, &event, H_SAVE_FP, file.get()) >= 0 && std::fflush(file.get()) == 0;
  std::error_code ignored;
  if (written) std::filesystem::rename(next, path, ignored);
  else std::filesystem::remove(next, ignored);
}

}  // namespace

ShellHistory::ShellHistory(std::string file) : file_(std::move(file)), list_(history_init()) {
  HistEvent event = {};
  history(list_, &event, H_SETSIZE, kMost);
  history(list_, &event, H_SETUNIQUE, 1);
  if (file_.empty()) return;
  history(list_, &event, H_LOAD, file_.c_str());
  std::error_code none;
  if (std::filesystem::file_size(file_, none) >= static_cast<uintmax_t>(kTrimBytes) && !none) trim(list_, file_);
}

ShellHistory::~ShellHistory() { history_end(list_); }

void ShellHistory::add(const std::string& statement) {
  HistEvent event = {};
  if (history(list_, &event, H_FIRST) == 0 && event.str && statement == event.str) return;
  history(list_, &event, H_ENTER, statement.c_str());
  if (file_.empty()) return;
  if (OpenFile file = open_locked(file_)) append(statement, file.get());
}

}  // namespace deltastream::cli

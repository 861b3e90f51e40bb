#include "common/logger.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

namespace deltastream {
namespace {

LogLevel level_from_environment() {
  const char* text = std::getenv("DELTASTREAM_LOG");
  std::string_view name = text ? text : "warning";
  if (name == "debug") return LogLevel::kDebug;
  if (name == "info") return LogLevel::kInfo;
  if (name == "error") return LogLevel::kError;
  return LogLevel::kWarning;
}

class StderrLogger final : public Logger {
 public:
  void log(LogLevel level, std::string_view message) override {
    if (level < minimum_) return;
    static constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
    std::lock_guard lock(mutex_);
    std::fprintf(stderr, "%s: %.*s\n", kNames[static_cast<int>(level)], static_cast<int>(message.size()), message.data());
  }

 private:
  LogLevel minimum_ = level_from_environment();
  std::mutex mutex_;
};

}  // namespace

Logger& stderr_logger() {
  static StderrLogger logger;
  return logger;
}

}  // namespace deltastream

#pragma once
// Lines for the operator. One line an event, with its facts at the end; never a secret. Thread-safe.

#include <string_view>

namespace deltastream {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class Logger {
 public:
  virtual ~Logger() = default;
  virtual void log(LogLevel level, std::string_view message) = 0;
  void info(std::string_view message) { log(LogLevel::kInfo, message); }
  void warn(std::string_view message) { log(LogLevel::kWarning, message); }
  void error(std::string_view message) { log(LogLevel::kError, message); }
};

// Writes to standard error, with the level; lines under the level given by DELTASTREAM_LOG (debug, info, warning,
// error; default warning) are dropped.
Logger& stderr_logger();

}  // namespace deltastream

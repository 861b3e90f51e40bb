#pragma once
// The settings of a job: one table of keys that SET, --set, messages and the manual share. Plain data, one thread.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "common/logger.h"
#include "common/result.h"

namespace deltastream::cli {

enum class SettingType { kText, kName, kInteger, kDuration, kZone };

struct SettingRow {
  std::string_view key;
  SettingType type;
  std::string_view default_value;  // as the manual shows it
  int64_t least, most;             // of kInteger; the least of kDuration in microseconds
  std::string_view help;
};
std::span<const SettingRow> setting_rows();
std::string settings_as_markdown();

class Settings {
 public:
  // Unknown keys are remembered for warnings, so that a file made for Flink runs; a slip of the pen is an error, and so is a value
  // that does not fit. Settings from the command line win over the file's.
  Status set(const std::string& key, const std::string& value, bool from_command_line);
  // "" = all.
  void reset(const std::string& key);

  bool has(std::string_view key) const { return values_.find(key) != values_.end(); }
  std::string text(std::string_view key, std::string fallback) const;
  int64_t integer(std::string_view key, int64_t fallback) const;
  int64_t duration_us(std::string_view key, int64_t fallback) const;
  // Known keys with their values, as SET alone shows them.
  std::map<std::string, std::string> shown() const;
  void warn_unknown(Logger& logger) const;

 private:
  struct Given {
    std::string value;
    bool from_command_line = false;
  };
  std::map<std::string, Given, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> unknown_;
};

}  // namespace deltastream::cli

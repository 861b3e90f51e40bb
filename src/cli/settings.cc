#include "cli/settings.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "common/chunk.h"
#include "common/duration.h"
#include "common/suggest.h"

namespace deltastream::cli {
namespace {

constexpr SettingRow kRows[] = {
    {"execution.batch-rows", SettingType::kInteger, "2048", 1, static_cast<int64_t>(kChunkRows), "Rows a source reads at once, at most."},
    {"execution.checkpointing.dir", SettingType::kText, ".deltastream/NAME beside the file", 0, 0,
     "Folder of the pipeline's checkpoints; `file:` in front is allowed."},
    {"execution.checkpointing.interval", SettingType::kDuration, "10 s", 1000, 0,
     "Time between two checkpoints; each commits what was written since the last one."},
    {"execution.checkpointing.num-retained", SettingType::kInteger, "3", 1, 1000, "Checkpoints that are kept."},
    {"parallelism.default", SettingType::kInteger, "number of cores", 1, 1024, "Subtasks of each operator."},
    {"pipeline.name", SettingType::kName, "name of the file", 0, 0,
     "Names the pipeline in checkpoints and in the log of its tables: another name is another pipeline."},
    {"table.exec.source.idle-timeout", SettingType::kDuration, "0", 0, 0,
     "A split without rows for so long no longer holds the watermark back; 0 = it always does."},
    {"table.local-time-zone", SettingType::kZone, "UTC", 0, 0, "The zone in which TIMESTAMP_LTZ is shown and cast, e.g. `Europe/Berlin`."},
};

const SettingRow* find_row(std::string_view key) {
  for (const SettingRow& row : kRows) {
    if (row.key == key) return &row;
  }
  return nullptr;
}

std::string_view type_name(SettingType type) {
  switch (type) {
    case SettingType::kText: return "text";
    case SettingType::kName: return "name";
    case SettingType::kInteger: return "integer";
    case SettingType::kDuration: return "duration";
    case SettingType::kZone: return "time zone";
  }
  return "";
}

bool to_integer(const std::string& text, int64_t& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Status check_name(const SettingRow& row, const std::string& value) {
  bool control = std::any_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (value.empty() || value.size() > 200 || value[0] == '.' || value.find('/') != std::string::npos || control) {
    return invalid_argument(fmt::format("the setting '{}' must be a name that a folder can have (no '/', no '.' in front), not '{}'",
                                        row.key, value));
  }
  return {};
}

Status check_value(const SettingRow& row, const std::string& value) {
  int64_t number = 0;
  switch (row.type) {
    case SettingType::kName: return check_name(row, value);
    case SettingType::kInteger:
      if (!to_integer(value, number) || number < row.least || number > row.most) {
        return invalid_argument(fmt::format("the setting '{}' must be a whole number from {} to {}, not '{}'", row.key, row.least, row.most, value));
      }
      return {};
    case SettingType::kDuration:
      if (auto duration = parse_duration_us(value); !duration.ok() || *duration < row.least) {
        return invalid_argument(fmt::format("the setting '{}' must be a duration such as '10 s', {} or more, not '{}'", row.key,
                                            format_duration(row.least), value));
      }
      return {};
    case SettingType::kText:
    case SettingType::kZone:
      if (value.empty()) return invalid_argument(fmt::format("the setting '{}' is empty", row.key));
      return {};
  }
  return {};
}

std::string nearest_key(std::string_view key) {
  std::vector<std::string> keys;
  for (const SettingRow& row : kRows) keys.emplace_back(row.key);
  return nearest_name(key, keys);
}

// Two keys that differ in one place by a letter or two: a slip, not a setting of another program.
bool slip(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  return a.size() <= 2 && b.size() <= 2;
}

}  // namespace

std::span<const SettingRow> setting_rows() { return kRows; }

std::string settings_as_markdown() {
  std::string text = "| setting | type | default | meaning |\n|---|---|---|---|\n";
  for (const SettingRow& row : kRows) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", row.key, type_name(row.type), row.default_value, row.help);
  }
  return text;
}

Status Settings::set(const std::string& key, const std::string& value, bool from_command_line) {
  const SettingRow* row = find_row(key);
  if (!row) {
    std::string nearest = nearest_key(key);
    if (!nearest.empty() && slip(key, nearest)) {
      return invalid_argument(fmt::format("there is no setting '{}' (did you mean '{}'?)", key, nearest));
    }
    unknown_[key] = nearest;
    return {};
  }
  DS_RETURN_IF_ERROR(check_value(*row, value));
  Given& given = values_[key];
  if (from_command_line || !given.from_command_line) given = {value, from_command_line};
  return {};
}

void Settings::reset(const std::string& key) {
  std::erase_if(values_, [&](const auto& entry) { return !entry.second.from_command_line && (key.empty() || entry.first == key); });
}

std::string Settings::text(std::string_view key, std::string fallback) const {
  auto found = values_.find(key);
  return found == values_.end() ? fallback : found->second.value;
}

int64_t Settings::integer(std::string_view key, int64_t fallback) const {
  auto found = values_.find(key);
  int64_t value = fallback;
  if (found != values_.end()) to_integer(found->second.value, value);  // checked when it was set
  return value;
}

int64_t Settings::duration_us(std::string_view key, int64_t fallback) const {
  auto found = values_.find(key);
  if (found == values_.end()) return fallback;
  auto parsed = parse_duration_us(found->second.value);
  return parsed.ok() ? *parsed : fallback;
}

std::map<std::string, std::string> Settings::shown() const {
  std::map<std::string, std::string> result;
  for (const SettingRow& row : kRows) result[std::string(row.key)] = std::string(row.default_value);
  for (const auto& [key, given] : values_) result[key] = given.value;
  return result;
}

void Settings::warn_unknown(Logger& logger) const {
  for (const auto& [key, nearest] : unknown_) {
    logger.warn(fmt::format("the setting '{}' is not known here and has no effect{}", key,
                            nearest.empty() ? "" : fmt::format(" (the nearest known one is '{}')", nearest)));
  }
}

}  // namespace deltastream::cli

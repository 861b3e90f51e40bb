#include "connect/delta/scan_settings.h"

#include <fmt/format.h>

#include <charconv>

#include "common/exception.h"

namespace deltastream::connect::delta_table {
namespace {

bool has_end(const Options& options) { return options.has("endingVersion") || options.has("endingTimestamp"); }

std::string mode_of(const Options& options) {
  if (options.has("scan.mode")) return options.get("scan.mode");
  if (options.has("startingVersion") || options.has("startingTimestamp")) return "follow";
  const bool follows = options.has("source.monitor-interval") || options.boolean("readChangeFeed") || has_end(options);
  return follows ? "snapshot-and-follow" : "snapshot";
}

Result<int64_t> parse_version(const std::string& key, const std::string& text, std::string_view or_else) {
  int64_t version = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error == std::errc() && end == text.data() + text.size() && version >= 0) return version;
  return invalid_argument(fmt::format("option '{}' must be a version{}, not '{}'", key, or_else, text));
}

Result<int64_t> parse_timestamp_ms(const std::string& key, const std::string& text) {
  Value time;
  std::string why;
  DS_TRY_DUCKDB({
    if (!Value(text).DefaultTryCastAs(LogicalType::TIMESTAMP, time, &why, true)) {
      return invalid_argument(fmt::format("option '{}' must be a time like '2026-01-01 00:00:00', not '{}'", key, text));
    }
  })
  return time.GetValue<duckdb::timestamp_t>().value / 1000;
}

Error exclude(std::string_view a, std::string_view b) { return invalid_argument(fmt::format("{} and {} exclude each other", a, b)); }

Status read_end(const Options& options, ScanSettings& settings) {
  if (!has_end(options)) return {};
  const std::string key = options.has("endingVersion") ? "endingVersion" : "endingTimestamp";
  if (!settings.follow) return exclude(fmt::format("'{}'", key), "'scan.mode' = 'snapshot'");
  if (options.has("endingTimestamp")) {
    if (key != "endingTimestamp") return exclude("'endingVersion'", "'endingTimestamp'");
    DS_ASSIGN_OR_RETURN(settings.ending_timestamp_ms, parse_timestamp_ms(key, options.get(key)));
    return {};
  }
  DS_ASSIGN_OR_RETURN(settings.ending_version, parse_version(key, options.get(key), ""));
  if (settings.starting_version.value_or(0) <= *settings.ending_version) return {};
  return invalid_argument(fmt::format("'endingVersion' = '{}' lies before 'startingVersion' = '{}'", *settings.ending_version, *settings.starting_version));
}

}  // namespace

bool is_bounded_scan(const Options& options) { return mode_of(options) == "snapshot" || has_end(options); }

Result<ScanSettings> scan_settings(const Options& options) {
  ScanSettings settings;
  const std::string mode = mode_of(options);
  settings.snapshot = mode != "follow";
  settings.follow = mode != "snapshot";
  settings.skip_change_commits = options.boolean("skipChangeCommits");
  if (options.has("source.monitor-interval")) {
    if (!settings.follow) return exclude("'scan.mode' = 'snapshot'", "'source.monitor-interval'");
    settings.monitor_us = options.duration_us("source.monitor-interval");
  }
  if (options.has("version")) {
    if (!settings.snapshot) return exclude("'version', which names a snapshot,", "reading without one");
    settings.version = options.integer("version");
    if (*settings.version < 0) return invalid_argument("option 'version' must not be negative");
  }
  if (options.has("timestamp")) {
    if (!settings.snapshot) return exclude("'timestamp', which names a snapshot,", "reading without one");
    if (settings.version) return exclude("'version'", "'timestamp'");
    DS_ASSIGN_OR_RETURN(settings.timestamp_ms, parse_timestamp_ms("timestamp", options.get("timestamp")));
  }
  const bool by_version = options.has("startingVersion"), by_time = options.has("startingTimestamp");
  if (by_version && by_time) return exclude("'startingVersion'", "'startingTimestamp'");
  if ((by_version || by_time) && settings.snapshot) {
    return exclude(by_version ? "'startingVersion'" : "'startingTimestamp'", fmt::format("'scan.mode' = '{}'", mode));
  }
  if (const std::string text = options.get("startingVersion"); by_version && text != "latest") {
    DS_ASSIGN_OR_RETURN(settings.starting_version, parse_version("startingVersion", text, " or 'latest'"));
  }
  if (by_time) {
    DS_ASSIGN_OR_RETURN(settings.starting_timestamp_ms, parse_timestamp_ms("startingTimestamp", options.get("startingTimestamp")));
  }
  DS_RETURN_IF_ERROR(read_end(options, settings));
  settings.change_feed = options.boolean("readChangeFeed");
  if (settings.change_feed && !settings.follow) return exclude("'readChangeFeed'", "'scan.mode' = 'snapshot'");
  return settings;
}

}  // namespace deltastream::connect::delta_table

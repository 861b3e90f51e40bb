#include "connect/delta/scan_settings.h"

#include <fmt/format.h>

#include <charconv>

#include "common/exception.h"

namespace deltastream::connect::delta_table {
namespace {

std::string mode_of(const Options& options) {
  if (options.has("scan.mode")) return options.get("scan.mode");
  if (options.has("startingVersion") || options.has("startingTimestamp")) return "follow";
  return options.has("source.monitor-interval") ? "snapshot-and-follow" : "snapshot";
}

Result<int64_t> parse_timestamp_ms(const std::string& text) {
  Value time;
  std::string why;
  DS_TRY_DUCKDB({
    if (!Value(text).DefaultTryCastAs(LogicalType::TIMESTAMP, time, &why, true)) {
      return invalid_argument(fmt::format("option 'startingTimestamp' must be a time like '2026-01-01 00:00:00', not '{}'", text));
    }
  })
  return time.GetValue<duckdb::timestamp_t>().value / 1000;
}

Error exclude(std::string_view a, std::string_view b) { return invalid_argument(fmt::format("{} and {} exclude each other", a, b)); }

}  // namespace

bool is_bounded_scan(const Options& options) { return mode_of(options) == "snapshot"; }

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
  const bool by_version = options.has("startingVersion"), by_time = options.has("startingTimestamp");
  if (by_version && by_time) return exclude("'startingVersion'", "'startingTimestamp'");
  if ((by_version || by_time) && settings.snapshot) {
    return exclude(by_version ? "'startingVersion'" : "'startingTimestamp'", fmt::format("'scan.mode' = '{}'", mode));
  }
  if (const std::string text = options.get("startingVersion"); by_version && text != "latest") {
    int64_t version = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size() || version < 0) {
      return invalid_argument(fmt::format("option 'startingVersion' must be a version or 'latest', not '{}'", text));
    }
    settings.starting_version = version;
  }
  if (by_time) {
    DS_ASSIGN_OR_RETURN(settings.starting_timestamp_ms, parse_timestamp_ms(options.get("startingTimestamp")));
  }
  return settings;
}

}  // namespace deltastream::connect::delta_table

#pragma once
// Which rows of a Delta table a source reads: scan.mode and its companions. Plain data.
// Errors: invalid argument for options that contradict each other.

#include <optional>
#include <string>

#include "connect/table.h"

namespace deltastream::connect::delta_table {

struct ScanSettings {
  bool snapshot = true;                            // the rows of one version …
  bool follow = false;                             // … and those added after it
  std::optional<int64_t> version;                  // of the snapshot; absent: the newest …
  std::optional<int64_t> timestamp_ms;             // … or the one that stood then
  std::optional<int64_t> starting_version;         // without snapshot: the first to read; absent: what comes after the newest
  std::optional<int64_t> starting_timestamp_ms;    // the same by time
  std::optional<int64_t> ending_version;           // the last to read when it follows; absent: it never ends
  std::optional<int64_t> ending_timestamp_ms;      // the same by time
  bool skip_change_commits = false;
  bool change_feed = false;                        // what was inserted, updated and deleted, not only what was added
  int64_t monitor_us = 1'000'000;
};

Result<ScanSettings> scan_settings(const Options& options);
// By the options alone; true for those that scan_settings() refuses.
bool is_bounded_scan(const Options& options);

}  // namespace deltastream::connect::delta_table

#pragma once
// The files of a range of versions whose rows came or went, for table_changes. Immutable once read.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "delta/change_feed.h"
#include "engine/delta_scan/table.h"

namespace deltastream::engine {

struct ChangeEntry {
  delta::ChangeFile change;
  int64_t version = 0;
  int64_t timestamp_ms = 0;
};

struct ChangeSet {
  std::shared_ptr<DeltaTable> table;   // at the last version of the range: the columns of the result
  std::vector<ChangeEntry> entries;
};

// A version, or a time (microseconds since 1970 UTC).
struct ChangeBound {
  std::optional<int64_t> version;
  std::optional<int64_t> timestamp_us;
};

// From the first version at or after `from` to the last at or before `to` (absent: the newest).
// Unsupported for ranges in which the columns changed so that rows before cannot be read as rows after.
Result<ChangeSet> read_changes(const TableAccess& access, const std::string& location, const ChangeBound& from, const std::optional<ChangeBound>& to);

}  // namespace deltastream::engine

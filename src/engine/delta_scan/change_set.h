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
  int64_t from_version = 0;
  // Partition values are of the types that they have in `table`.
  std::vector<ChangeEntry> entries;
};

// Columns behind the table's own.
inline constexpr char kChangeType[] = "_change_type";
inline constexpr char kCommitVersion[] = "_commit_version";
inline constexpr char kCommitTimestamp[] = "_commit_timestamp";

// A version, or a time (microseconds since 1970 UTC).
struct ChangeBound {
  std::optional<int64_t> version;
  std::optional<int64_t> timestamp_us;
};

// From the first version at or after `from` to the last at or before `to` (absent: the newest).
struct ChangeRange {
  ChangeBound from;
  std::optional<ChangeBound> to;
  std::optional<delta::CatalogCommits> catalog;   // what the catalog that manages the table said of it
};

// All rows are read as the last version has them: columns that came later are null, ones that went are left out, renamed ones
// are found by their physical names, widened ones are wide. Unsupported for ranges in which the columns changed otherwise.
Result<ChangeSet> read_changes(const TableAccess& access, const std::string& location, ChangeRange range);

// The files that can hold rows which meet the predicates.
struct ChangePlan {
  std::vector<size_t> entries;   // places in ChangeSet::entries
  size_t skipped_by_commit = 0;   // by _change_type, _commit_version or _commit_timestamp
  size_t skipped_by_partition = 0;
  size_t skipped_by_statistics = 0;
  // "3 of 12 files in versions 2 to 9: 4 skipped by commit, 5 by statistics"
  std::string describe(const ChangeSet& changes) const;
};
Result<ChangePlan> plan_changes(const ChangeSet& changes, const std::vector<delta::Predicate>& predicates);

}  // namespace deltastream::engine

#include "delta/features/in_commit_timestamp.h"

#include <algorithm>

#include "delta/features.h"
#include "delta/features/activity.h"
#include "delta/log.h"
#include "delta/log/commit_info_reader.h"

namespace deltastream::delta {

bool writes_in_commit_timestamps(const Snapshot& table) {
  return supports(table.protocol(), "inCommitTimestamp") && property_is_true(table.metadata().configuration, "delta.enableInCommitTimestamps");
}

Result<int64_t> next_commit_timestamp(const Snapshot& table) {
  int64_t now = table.environment().clock->now_us() / 1000;
  if (!writes_in_commit_timestamps(table)) return now;
  auto before = table.in_commit_timestamp();
  if (!before) {
    // The snapshot came from a checkpoint, which does not hold it; the version's own commit does.
    DS_ASSIGN_OR_RETURN(auto info, read_commit_info(*table.store(), commit_path(table.version())));
    if (info) before = info->in_commit_timestamp;
  }
  if (!before) return corrupt(table.where() + ": the table has in-commit timestamps, but this version's commit holds none");
  return std::max(now, *before + 1);
}

}  // namespace deltastream::delta

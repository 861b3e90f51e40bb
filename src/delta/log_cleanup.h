#pragma once
// Removes what of the log has outlived delta.logRetentionDuration and is not needed to read any version that stays.
// Errors: the store's kinds. What is left behind by an error is removed the next time.

#include <cstdint>

#include "common/result.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

// The number of files removed. Keeps the newest checkpoint that is itself older than the retention, its commit, and all
// that follows; removes nothing when there is none, when delta.enableExpiredLogCleanup is false, or when the table protects
// its checkpoints.
Result<int64_t> clean_log(const Snapshot& table);

}  // namespace deltastream::delta

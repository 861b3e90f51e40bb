#pragma once
// In-commit timestamps: the time of a version stands in its commit and grows from version to version.

#include <cstdint>

#include "common/result.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

bool writes_in_commit_timestamps(const Snapshot& table);
// Milliseconds for the commit after `table`: now, or one more than the version before it.
Result<int64_t> next_commit_timestamp(const Snapshot& table);

}  // namespace deltastream::delta

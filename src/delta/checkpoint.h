#pragma once
// Checkpoints: one Parquet file with the whole state of a version, so that readers need not replay from the start.
// Written off the commit path; losing one loses nothing. Errors: the store's kinds, corrupt when what was written does
// not read back with the same number of rows.

#include "common/result.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

// Writes NNN.checkpoint.parquet for the snapshot's version, reads its row count back, then moves `_last_checkpoint`
// unless it already names a newer one. The snapshot must hold its files.
Status write_checkpoint(const Snapshot& snapshot);

// delta.checkpointInterval, 10 where absent or unreadable.
int64_t checkpoint_interval(const Snapshot& snapshot);

}  // namespace deltastream::delta

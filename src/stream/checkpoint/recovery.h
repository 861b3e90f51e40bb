#pragma once
// What a job goes on from: the newest whole checkpoint, held against its statements and against what the sinks hold.

#include <optional>

#include "stream/checkpoint/store.h"
#include "stream/graph/inputs.h"

namespace deltastream::stream {

struct Recovered {
  std::optional<Checkpoint> checkpoint;  // null: from the beginning
  int64_t last_epoch = 0;                 // the next checkpoint has the number after it
  std::vector<SplitState> gone;           // splits read to their end that their sources no longer have; they stay in the books
};

// Commits what the checkpoint holds and a sink does not (the process died between the two).
// conflict: other statements, or a sink that holds a newer epoch than the state folder. not found: a half-read split is gone.
Result<Recovered> recover(CheckpointStore& store, const std::vector<JobPart>& parts, Inputs& inputs, const JobOptions& options);

}  // namespace deltastream::stream

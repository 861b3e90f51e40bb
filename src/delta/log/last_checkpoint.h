#pragma once
// What `_last_checkpoint` says. It may be stale or wrong and is trusted with nothing but where to look first, and with what to doubt.

#include <cstdint>
#include <optional>

#include "delta/log.h"

namespace deltastream::delta {

struct LastCheckpoint {
  int64_t version = 0;
  int64_t parts = 1;
  // Of all parts together; known of classic checkpoints only, since those with sidecars are counted in more ways than one.
  std::optional<int64_t> bytes;

  // Whether the checkpoint is of the same version and kind, but of another length: another version's, or another table's, in its place.
  bool contradicts(const CheckpointFiles& checkpoint) const;
};

// Nullopt when it is missing or unreadable.
std::optional<LastCheckpoint> read_last_checkpoint(storage::ObjectStore& store);

}  // namespace deltastream::delta

#pragma once
// The checkpoints of one pipeline in its state folder, one file an epoch. Used by one thread.
// With an empty folder name the newest checkpoint lives in memory: enough to go on within the process, not after it.

#include <optional>
#include <string>

#include "common/environment.h"
#include "common/result.h"
#include "stream/checkpoint/checkpoint.h"

namespace deltastream::stream {

class CheckpointStore {
 public:
  CheckpointStore(std::string folder, size_t retained, const Environment& environment);

  bool durable() const { return !folder_.empty(); }
  const std::string& folder() const { return folder_; }
  // After success the checkpoint survives a crash of the machine.
  Status store(const Checkpoint& checkpoint);
  // The newest whole checkpoint; damaged ones are named in a warning and passed over. nullopt: there is none at all.
  // corrupt: there are files, but none is whole. unsupported: written by a newer format.
  Result<std::optional<Checkpoint>> newest();
  // Removes what is older than the retained ones; what cannot be removed is left with a warning.
  void prune(int64_t newest_epoch);
  std::string path(int64_t epoch) const;

 private:
  Result<std::vector<int64_t>> epochs();  // newest first

  const std::string folder_;
  const size_t retained_;
  const Environment environment_;
  std::optional<Checkpoint> in_memory_;
};

}  // namespace deltastream::stream

#pragma once
// The files of `_delta_log`: their names, and which of them make up one version. Pure over a listing.
// Errors: not found when there is no such version, or no longer, corrupt when commits are missing in between.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::delta {

inline constexpr const char kLogFolder[] = "_delta_log/";
inline constexpr const char kLastCheckpointPath[] = "_delta_log/_last_checkpoint";

std::string commit_path(int64_t version);       // _delta_log/00000000000000000007.json
std::string checkpoint_path(int64_t version);   // classic, one part
std::string checksum_path(int64_t version);

// One complete checkpoint: a classic file, all parts of a multi-part one, or a v2 file.
struct CheckpointFiles {
  int64_t version = 0;
  std::vector<storage::ObjectMeta> parts;
  bool json = false;                            // v2 top file in JSON
};

// The actions of the versions from `first_version` to `version`: one commit, or several compacted into one file.
struct CommitFile {
  int64_t version = 0;
  storage::ObjectMeta object;
  int64_t first_version = 0;
  bool compacted() const { return first_version < version; }
};

struct LogListing {
  std::vector<CommitFile> commits;              // ascending
  std::vector<CommitFile> compactions;          // by first version, then by version
  std::vector<CheckpointFiles> checkpoints;     // complete ones, ascending; of one version in the order to try
};

// Lists the log from `start_version` on; names it does not know are passed over.
Result<LogListing> list_log(storage::ObjectStore& store, int64_t start_version);
// The same over names, for tests and other listings.
LogListing classify_log(const std::vector<storage::ObjectMeta>& objects);

// What to read for one version: a checkpoint, if any, and the commits after it without a gap.
struct LogSegment {
  int64_t version = 0;
  std::optional<CheckpointFiles> checkpoint;
  std::vector<CommitFile> commits;
  std::optional<storage::ObjectMeta> own_commit = std::nullopt;   // of `version`, where the listing holds it
};

// All ways to reach `version` (absent: the newest), best first: the newest checkpoint, older ones, and the commits alone;
// each with compacted files where they stand in for several commits, then without.
// `where` names the table in messages.
Result<std::vector<LogSegment>> log_segments(const LogListing& listing, std::optional<int64_t> version, const std::string& where);

// The earliest version that the log still leads to: 0, or that of the oldest checkpoint. Absent where it leads to none.
std::optional<int64_t> earliest_version(const LogListing& listing);

// What `_last_checkpoint` says, or nullopt when it is missing or unreadable: a hint where to start listing, no more.
std::optional<int64_t> last_checkpoint_hint(storage::ObjectStore& store);

}  // namespace deltastream::delta

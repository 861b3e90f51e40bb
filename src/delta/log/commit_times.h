#pragma once
// When each version was committed: by the timestamp in the commit from the version on where the table keeps those, by
// the time of the log file before, moved forward where files of the log are out of order. One thread.
// Errors: not found for versions whose commits are gone, corrupt where a commit lacks the timestamp it must have.

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "common/result.h"
#include "delta/log.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

class CommitTimes {
 public:
  // `newest` says since which version commits carry their timestamps.
  static Result<CommitTimes> create(const Snapshot& newest, const std::vector<CommitFile>& commits);

  int64_t first_version() const { return first_version_; }
  int64_t last_version() const { return first_version_ + static_cast<int64_t>(commits_.size()) - 1; }
  const CommitFile& commit(int64_t version) const { return commits_[static_cast<size_t>(version - first_version_)]; }
  // Whether the version's timestamp is the one in its commit.
  bool is_in_commit(int64_t version) const { return version >= in_commit_from_; }
  Result<int64_t> of(int64_t version);
  // The last version committed at or before the time.
  Result<int64_t> version_at(int64_t timestamp_ms);
  // The first version committed at or after the time; the one after the last when all are older.
  Result<int64_t> first_version_from(int64_t timestamp_ms);

 private:
  Error no_version_at(int64_t timestamp_ms, int64_t first_timestamp_ms) const;

  std::shared_ptr<storage::ObjectStore> store_;
  std::vector<CommitFile> commits_;           // contiguous
  std::vector<int64_t> file_times_;           // ascending; of the commits before in_commit_from_
  int64_t first_version_ = 0;
  int64_t in_commit_from_ = INT64_MAX;
  std::map<int64_t, int64_t> known_;
};

}  // namespace deltastream::delta

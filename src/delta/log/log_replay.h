#pragma once
// Brings a table's state to a version: picks what to read of the log, reads it, falls back where a checkpoint is broken,
// and follows new commits. The inside of Snapshot. One thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/environment.h"
#include "delta/log.h"
#include "delta/log/action_parser.h"
#include "delta/log/table_state.h"
#include "storage/object_store.h"

namespace deltastream::delta {

class CommitReplay;
enum class LogFileKind;

class LogReplay {
 public:
  static Result<std::unique_ptr<LogReplay>> open(std::shared_ptr<storage::ObjectStore> store, const SnapshotOptions& options,
                                                 const Environment& environment);

  // See Snapshot.
  Result<bool> refresh(std::optional<int64_t> version);
  Status apply_commit(int64_t version, std::string lines);

  const TableState& state() const { return state_; }
  bool has_files() const { return state_.holds_files && !broken_; }
  const std::shared_ptr<storage::ObjectStore>& store() const { return store_; }
  const Environment& environment() const { return environment_; }
  std::string where(int64_t version) const;

 private:
  LogReplay(std::shared_ptr<storage::ObjectStore> store, const SnapshotOptions& options, const Environment& environment);

  LogAccess access() const;
  Status load(std::optional<int64_t> version);
  Status load_from(const std::vector<LogSegment>& segments);
  Status load_segment(const LogSegment& segment, bool& avoidable);
  Status read_own_timestamp();
  // What its own commit looks like now, where the version is reached without reading it.
  std::optional<CommitStamp> stamp_of(const LogSegment& segment);
  Status load_checkpoint(const CheckpointFiles& checkpoint);
  Result<bool> load_checkpoint(const CheckpointFiles& checkpoint, LogFileKind kind);
  Status load_sidecars(CommitReplay& replay);
  Status load_parquet(const std::string& path, uint64_t bytes, CommitReplay& replay);
  Status replay(const CommitFile& file, bool count_files);
  Status replay_commit(int64_t version, std::string_view lines, bool count_files);
  Status follow(std::optional<int64_t> version, bool& moved);

  std::shared_ptr<storage::ObjectStore> store_;
  Environment environment_;
  bool wants_files_;
  uint64_t leave_statistics_from_bytes_;
  ActionParser parser_;
  TableState state_;
  bool unsettled_ = false;   // protocol or metadata changed since settle()
  bool broken_ = false;      // a replay failed half way: the files are of no version
  int64_t looked_us_ = 0;    // when the log was last seen to end at or after our version
};

}  // namespace deltastream::delta

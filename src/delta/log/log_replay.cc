#include "delta/log/log_replay.h"

#include <algorithm>

#include "delta/catalog_commits.h"
#include "delta/checksum.h"
#include "delta/log/checkpoint_reader.h"
#include "delta/log/commit_info_reader.h"
#include "delta/log/commit_replay.h"
#include "delta/log/last_checkpoint.h"
#include "delta/log/log_file_reader.h"
#include "delta/scan.h"

namespace deltastream::delta {
namespace {

// A log keeps its commits for days after a checkpoint made them superfluous. A snapshot that has not looked for longer
// than this cannot tell "no newer commit" from "the next commit was cleaned away", and lists the log instead.
constexpr int64_t kTrustedSilenceUs = 3600ll * 1000 * 1000;

}  // namespace

LogReplay::LogReplay(std::shared_ptr<storage::ObjectStore> store, const SnapshotOptions& options, const Environment& environment)
    : store_(std::move(store)), environment_(environment), wants_files_(options.files == LoadFiles::kAll),
      leave_statistics_from_bytes_(options.leave_statistics_from_bytes) {}

Result<std::unique_ptr<LogReplay>> LogReplay::open(std::shared_ptr<storage::ObjectStore> store, const SnapshotOptions& options,
                                                   const Environment& environment) {
  std::unique_ptr<LogReplay> replay(new LogReplay(std::move(store), options, environment));
  DS_RETURN_IF_ERROR(replay->load(options.version));
  return replay;
}

LogAccess LogReplay::access() const { return has_catalog_commits(*store_) ? LogAccess::kByCatalog : LogAccess::kByPath; }

std::string LogReplay::where(int64_t version) const { return store_->describe() + " at version " + std::to_string(version); }

Status LogReplay::load(std::optional<int64_t> version) {
  // The hint saves listing what the newest checkpoint made superfluous; whatever is wrong with it, the whole log decides.
  auto hint = read_last_checkpoint(*store_);
  auto doubted = [&](const CheckpointFiles& checkpoint) { return hint && hint->contradicts(checkpoint); };
  bool loaded = false;
  if (hint && hint->version > 0 && (!version || hint->version <= *version)) {
    DS_ASSIGN_OR_RETURN(LogListing listing, list_log(*store_, hint->version));
    auto usable = log_segments(listing, version, store_->describe());
    const bool none_doubted = std::none_of(listing.checkpoints.begin(), listing.checkpoints.end(), doubted);
    if (usable.ok() && none_doubted) loaded = load_from(std::move(usable).value()).ok();
  }
  if (!loaded) {
    DS_ASSIGN_OR_RETURN(LogListing listing, list_log(*store_, 0));
    DS_ASSIGN_OR_RETURN(auto segments, log_segments(listing, version, store_->describe()));
    auto last = std::stable_partition(segments.begin(), segments.end(), [&](const LogSegment& segment) { return !segment.checkpoint || !doubted(*segment.checkpoint); });
    if (last != segments.begin() && last != segments.end()) {
      environment_.logger->warn(store_->describe() + "/" + last->checkpoint->parts[0].path + " is of another length than _last_checkpoint says, and is read around where possible");
    }
    DS_RETURN_IF_ERROR(load_from(segments));
  }
  // A listing does not name folders: one in place of the newest commit would go unseen.
  const std::string next = commit_path(state_.version + 1);
  if (!version && store_->is_folder(next)) return corrupt(store_->describe() + ": the commit " + next + " is a folder, not a file");
  return {};
}

// Tries the ways to reach the version, best first.
Status LogReplay::load_from(const std::vector<LogSegment>& segments) {
  std::optional<Error> first_error;
  for (const auto& segment : segments) {
    bool avoidable = false;
    auto loaded = load_segment(segment, avoidable);
    if (loaded.ok()) {
      if (first_error) environment_.logger->warn(where(segment.version) + " was read around a file of the log that is broken: " + first_error->describe());
      return {};
    }
    if (!first_error || !avoidable) first_error = std::move(loaded).error();
    if (!avoidable) break;
  }
  return *first_error;
}

// `avoidable`: a file failed that another way may do without.
Status LogReplay::load_segment(const LogSegment& segment, bool& avoidable) {
  state_ = TableState();
  state_.holds_files = wants_files_;
  if (!wants_files_ && !segment.checkpoint) state_.totals = FileTotals{};
  avoidable = true;
  // First, so that a log that is replaced meanwhile is found to be another one later.
  const auto stamp = stamp_of(segment);
  if (segment.checkpoint) {
    DS_RETURN_IF_ERROR(load_checkpoint(*segment.checkpoint));
    state_.version = segment.checkpoint->version;
  }
  for (const auto& commit : segment.commits) {
    avoidable = commit.compacted();
    DS_RETURN_IF_ERROR(replay(commit, commit.version == 0));
  }
  // What a commit says is the table's word; what a checkpoint or a compacted file says may be its own damage.
  auto settled = settle(state_, where(state_.version), access());
  const bool by_commits = !segment.checkpoint && std::none_of(segment.commits.begin(), segment.commits.end(), [](const CommitFile& file) { return file.compacted(); });
  avoidable = !by_commits && !settled.ok() && settled.error().kind() == ErrorKind::kCorrupt;
  DS_RETURN_IF_ERROR(std::move(settled));
  if (!wants_files_ && !state_.totals) state_.totals = read_checksum_totals(*store_, state_.version);
  if (stamp) state_.stamp = stamp;
  if (segment.commits.empty() || segment.commits.back().compacted()) DS_RETURN_IF_ERROR(read_own_timestamp());
  unsettled_ = false;
  broken_ = false;
  looked_us_ = environment_.clock->steady_us();
  return {};
}

// Whoever holds no files is not kept, and asks for no stamp.
std::optional<CommitStamp> LogReplay::stamp_of(const LogSegment& segment) {
  if (!wants_files_ || !segment.own_commit || (!segment.commits.empty() && !segment.commits.back().compacted())) return std::nullopt;
  if (segment.own_commit->size > CommitStamp::kSmallBytes) return CommitStamp::of_listed(segment.version, *segment.own_commit);
  auto lines = store_->get(segment.own_commit->path);
  return lines.ok() ? std::optional(CommitStamp::of_lines(segment.version, *lines)) : std::nullopt;
}

// Only a version's own commit tells its in-commit timestamp; a checkpoint or a compacted file does not hold it.
Status LogReplay::read_own_timestamp() {
  state_.in_commit_timestamp.reset();
  if (!uses_in_commit_timestamps(state_)) return {};
  auto info = read_commit_info(*store_, commit_path(state_.version));
  if (!info.ok() && info.error().kind() != ErrorKind::kNotFound) return std::move(info).context(where(state_.version)).error();
  if (info.ok() && *info) state_.in_commit_timestamp = (*info)->in_commit_timestamp;
  return {};
}

Status LogReplay::load_checkpoint(const CheckpointFiles& checkpoint) {
  DS_ASSIGN_OR_RETURN(bool agrees, load_checkpoint(checkpoint, LogFileKind::kCheckpoint));
  if (agrees) return {};
  const bool holds_files = state_.holds_files;
  state_ = TableState();
  state_.holds_files = holds_files;
  auto in_order = load_checkpoint(checkpoint, LogFileKind::kCheckpointInOrder);
  return in_order.ok() ? Status() : Status(std::move(in_order).error());
}

// False: it must be read in order.
Result<bool> LogReplay::load_checkpoint(const CheckpointFiles& checkpoint, LogFileKind kind) {
  CommitReplay replay(state_, kind);
  for (const auto& part : checkpoint.parts) {
    if (checkpoint.json) {
      DS_RETURN_IF_ERROR(read_log_file(*store_, part, parser_, replay).context(store_->describe()));
    } else {
      DS_RETURN_IF_ERROR(load_parquet(part.path, part.size, replay));
    }
  }
  if (!replay.is_whole()) return corrupt(store_->describe() + "/" + checkpoint.parts.front().path + " lacks the protocol or the metadata");
  if (auto version = replay.checkpoint_version(); version && *version != checkpoint.version) {
    return corrupt(store_->describe() + "/" + checkpoint.parts.front().path + " says that it is a checkpoint of version " + std::to_string(*version));
  }
  if (wants_files_) DS_RETURN_IF_ERROR(load_sidecars(replay));
  if (!replay.settle_files()) return false;
  replay.finish(checkpoint.version);
  return true;
}

Status LogReplay::load_parquet(const std::string& path, uint64_t bytes, CommitReplay& replay) {
  if (bytes < leave_statistics_from_bytes_ || !wants_files_) return read_checkpoint_file(store_, path, replay).context(store_->describe());
  DS_ASSIGN_OR_RETURN(uint64_t fingerprint, read_checkpoint_file(store_, path, replay, static_cast<uint32_t>(state_.left_statistics.size())).context(store_->describe()));
  state_.left_statistics.push_back({path, fingerprint});
  return {};
}

// Nothing but files stands in sidecars; whoever needs none does not read them.
Status LogReplay::load_sidecars(CommitReplay& replay) {
  auto sidecars = std::move(replay.sidecars());
  for (const auto& sidecar : sidecars) {
    DS_ASSIGN_OR_RETURN(FilePath path, resolve_path(sidecar.path, *store_).context(store_->describe() + ": a sidecar of the checkpoint"));
    if (path.absolute) return unsupported(store_->describe() + ": the sidecar '" + path.path + "' lies outside the table");
    // By its bare name, or, against the protocol but seen, by its path under the table.
    std::string file = path.path.find('/') == std::string::npos ? std::string(kLogFolder) + "_sidecars/" + path.path : path.path;
    DS_RETURN_IF_ERROR(load_parquet(file, static_cast<uint64_t>(std::max<int64_t>(sidecar.size, 0)), replay));
  }
  return {};
}

Status LogReplay::replay(const CommitFile& file, bool count_files) {
  if (!file.compacted() && file.object.size <= CommitStamp::kSmallBytes) {
    DS_ASSIGN_OR_RETURN(std::string lines, store_->get(file.object.path).context(store_->describe()));
    return replay_commit(file.version, lines, count_files);
  }
  CommitReplay commit(state_, file.compacted() ? LogFileKind::kCompacted : LogFileKind::kCommit, count_files);
  DS_RETURN_IF_ERROR(read_log_file(*store_, file.object, parser_, commit).context(store_->describe()));
  if (commit.finish(file.version)) unsettled_ = true;
  if (!file.compacted()) state_.stamp = CommitStamp::of_listed(file.version, file.object);
  return {};
}

Status LogReplay::replay_commit(int64_t version, std::string_view lines, bool count_files) {
  // No writer commits nothing: a store that is not atomic may leave it so. Everyone takes it for a commit all the same.
  if (lines.find_first_not_of(" \t\r\n") == std::string_view::npos) environment_.logger->warn(store_->describe() + "/" + commit_path(version) + " is empty: what it should say may be lost");
  CommitReplay commit(state_, LogFileKind::kCommit, count_files);
  DS_RETURN_IF_ERROR(parser_.parse(lines, commit).context(store_->describe() + "/" + commit_path(version)));
  if (commit.finish(version)) unsettled_ = true;
  if (lines.size() <= CommitStamp::kSmallBytes) state_.stamp = CommitStamp::of_lines(version, lines);
  return {};
}

Status LogReplay::apply_commit(int64_t version, std::string lines) {
  if (version != state_.version + 1 || broken_) {
    return internal(where(state_.version) + " cannot take commit " + std::to_string(version) + " next");
  }
  broken_ = true;
  DS_RETURN_IF_ERROR(replay_commit(version, lines, true));
  if (unsettled_) DS_RETURN_IF_ERROR(settle(state_, where(version), access()));
  unsettled_ = false;
  broken_ = false;
  looked_us_ = environment_.clock->steady_us();
  return {};
}

// Reads commit after commit, without listing, until one is missing.
Status LogReplay::follow(std::optional<int64_t> version, bool& moved) {
  while (!version || state_.version < *version) {
    int64_t next = state_.version + 1;
    auto lines = store_->get(commit_path(next));
    if (!lines.ok() && lines.error().kind() == ErrorKind::kNotFound) break;
    if (!lines.ok()) {
      // What was read so far is whole, unless it waits for settle().
      broken_ = unsettled_;
      return std::move(lines).context(where(next)).error();
    }
    broken_ = true;
    DS_RETURN_IF_ERROR(replay_commit(next, *lines, false));
    broken_ = false;
    moved = true;
  }
  broken_ = unsettled_;
  if (unsettled_) DS_RETURN_IF_ERROR(settle(state_, where(state_.version), access()));
  unsettled_ = false;
  broken_ = false;
  return {};
}

Result<bool> LogReplay::refresh(std::optional<int64_t> version) {
  int64_t before = state_.version;
  bool backwards = version && *version < before;
  int64_t now = environment_.clock->steady_us();
  bool stale = now - looked_us_ > kTrustedSilenceUs;
  bool moved = false;
  if (!broken_ && !backwards) {
    DS_RETURN_IF_ERROR(follow(version, moved));
    bool arrived = version ? state_.version == *version : (moved || !stale);
    if (arrived) {
      looked_us_ = now;
      return moved;
    }
  }
  // Another log than the one we followed: commits were cleaned away, or the way leads back. Read it anew.
  SnapshotOptions options{version, wants_files_ ? LoadFiles::kAll : LoadFiles::kNone, std::nullopt, leave_statistics_from_bytes_};
  LogReplay fresh(store_, options, environment_);
  DS_RETURN_IF_ERROR(fresh.load(version));
  state_ = std::move(fresh.state_);
  broken_ = false;
  unsettled_ = false;
  looked_us_ = fresh.looked_us_;
  return state_.version != before;
}

}  // namespace deltastream::delta

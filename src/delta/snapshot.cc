#include "delta/snapshot.h"

#include <cassert>

#include "delta/history.h"
#include "delta/log/log_replay.h"

namespace deltastream::delta {

Snapshot::Snapshot(std::unique_ptr<LogReplay> replay) : replay_(std::move(replay)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

Result<Snapshot> Snapshot::open(std::shared_ptr<storage::ObjectStore> store, const SnapshotOptions& options, const Environment& environment) {
  SnapshotOptions chosen = options;
  if (options.timestamp_ms) {
    if (options.version) return invalid_argument("a table can be opened by version or by timestamp, not by both");
    DS_ASSIGN_OR_RETURN(chosen.version, version_at(store, *options.timestamp_ms, environment));
  }
  DS_ASSIGN_OR_RETURN(auto replay, LogReplay::open(std::move(store), chosen, environment));
  return Snapshot(std::move(replay));
}

Result<bool> Snapshot::table_exists(storage::ObjectStore& store) {
  // Most tables still have one of the two; only without them the log is listed.
  auto first = store.head(commit_path(0));
  if (first.ok()) return true;
  if (first.error().kind() != ErrorKind::kNotFound) return std::move(first).error();
  DS_ASSIGN_OR_RETURN(LogListing listing, list_log(store, 0));
  return !listing.commits.empty() || !listing.checkpoints.empty();
}

int64_t Snapshot::version() const { return replay_->state().version; }
const Protocol& Snapshot::protocol() const { return *replay_->state().protocol; }
const Metadata& Snapshot::metadata() const { return *replay_->state().metadata; }
const Schema& Snapshot::schema() const { return replay_->state().schema; }
const std::vector<std::string>& Snapshot::partition_columns() const { return metadata().partition_columns; }

std::optional<std::string> Snapshot::property(std::string_view key) const {
  const auto& configuration = metadata().configuration;
  auto found = configuration.find(std::string(key));
  return found == configuration.end() ? std::nullopt : std::optional(found->second);
}

bool Snapshot::property_is_true(std::string_view key) const { return property(key) == "true"; }
ColumnMappingMode Snapshot::column_mapping() const { return replay_->state().column_mapping; }

std::optional<int64_t> Snapshot::txn(const std::string& app_id) const {
  auto found = txns().find(app_id);
  return found == txns().end() ? std::nullopt : std::optional(found->second.version);
}

const std::map<std::string, Txn>& Snapshot::txns() const { return replay_->state().txns; }
const std::map<std::string, DomainMetadata>& Snapshot::domains() const { return replay_->state().domains; }

const DomainMetadata* Snapshot::domain(const std::string& name) const {
  auto found = domains().find(name);
  return found == domains().end() ? nullptr : &found->second;
}

std::optional<int64_t> Snapshot::in_commit_timestamp() const { return replay_->state().in_commit_timestamp; }

const std::optional<CommitStamp>& Snapshot::commit_stamp() const { return replay_->state().stamp; }

bool Snapshot::has_files() const { return replay_->has_files(); }

const FileSet& Snapshot::files() const {
  assert(has_files());
  return replay_->state().files;
}

const FileSet& Snapshot::tombstones() const {
  assert(has_files());
  return replay_->state().tombstones;
}

const std::vector<StatisticsSource>& Snapshot::left_statistics() const { return replay_->state().left_statistics; }

std::optional<FileTotals> Snapshot::totals() const {
  if (!has_files()) return replay_->state().totals;
  return FileTotals{static_cast<int64_t>(files().size()), static_cast<int64_t>(files().total_bytes())};
}

Result<bool> Snapshot::refresh(std::optional<int64_t> version) { return replay_->refresh(version); }
Status Snapshot::apply_commit(int64_t version, std::string lines) { return replay_->apply_commit(version, std::move(lines)); }

const std::shared_ptr<storage::ObjectStore>& Snapshot::store() const { return replay_->store(); }
const Environment& Snapshot::environment() const { return replay_->environment(); }
std::string Snapshot::where() const { return replay_->where(version()); }

}  // namespace deltastream::delta

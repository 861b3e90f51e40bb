#include "delta/history.h"

#include "delta/log/commit_info_reader.h"
#include "delta/log/commit_times.h"

namespace deltastream::delta {
namespace {

Result<CommitTimes> commit_times(const std::shared_ptr<storage::ObjectStore>& store, const Environment& environment) {
  SnapshotOptions options;
  options.files = LoadFiles::kNone;
  DS_ASSIGN_OR_RETURN(Snapshot newest, Snapshot::open(store, options, environment));
  DS_ASSIGN_OR_RETURN(LogListing listing, list_log(*store, 0));
  return CommitTimes::create(newest, listing.commits);
}

}  // namespace

Result<std::vector<HistoryEntry>> history(std::shared_ptr<storage::ObjectStore> store, std::optional<size_t> limit, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(CommitTimes times, commit_times(store, environment));
  std::vector<HistoryEntry> entries;
  for (int64_t version = times.last_version(); version >= times.first_version(); version--) {
    if (limit && entries.size() >= *limit) break;
    HistoryEntry entry;
    entry.version = version;
    DS_ASSIGN_OR_RETURN(auto info, read_commit_info(*store, times.commit(version).object).context(store->describe()));
    if (info) entry.info = std::move(*info);
    if (times.is_in_commit(version) && entry.info.in_commit_timestamp) {
      entry.timestamp_ms = *entry.info.in_commit_timestamp;
    } else {
      DS_ASSIGN_OR_RETURN(entry.timestamp_ms, times.of(version));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<int64_t> version_at(std::shared_ptr<storage::ObjectStore> store, int64_t timestamp_ms, const Environment& environment) {
  if (timestamp_ms > environment.clock->now_us() / 1000) {
    return invalid_argument("the time " + std::to_string(timestamp_ms) + " (milliseconds since 1970 UTC) is still to come: a version of " +
                            store->describe() + " at that time cannot be told yet");
  }
  DS_ASSIGN_OR_RETURN(CommitTimes times, commit_times(store, environment));
  return times.version_at(timestamp_ms);
}

Result<int64_t> first_version_from(std::shared_ptr<storage::ObjectStore> store, int64_t timestamp_ms, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(CommitTimes times, commit_times(store, environment));
  return times.first_version_from(timestamp_ms);
}

Result<int64_t> timestamp_of(std::shared_ptr<storage::ObjectStore> store, int64_t version, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(CommitTimes times, commit_times(store, environment));
  return times.of(version);
}

}  // namespace deltastream::delta

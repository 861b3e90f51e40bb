#include "delta/history.h"

#include <algorithm>

#include "delta/log/commit_info_reader.h"
#include "delta/log/commit_times.h"
#include "delta/text/time_value.h"

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

History::History(std::shared_ptr<storage::ObjectStore> store, std::unique_ptr<CommitTimes> times) : store_(std::move(store)), times_(std::move(times)) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

Result<History> History::open(std::shared_ptr<storage::ObjectStore> store, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(CommitTimes times, commit_times(store, environment));
  return History(std::move(store), std::make_unique<CommitTimes>(std::move(times)));
}

size_t History::size() const { return static_cast<size_t>(times_->last_version() - times_->first_version() + 1); }

Result<HistoryEntry> History::entry(size_t index) {
  HistoryEntry entry;
  entry.version = times_->last_version() - static_cast<int64_t>(index);
  DS_ASSIGN_OR_RETURN(auto info, read_commit_info(*store_, times_->commit(entry.version).object).context(store_->describe()));
  if (info) entry.info = std::move(*info);
  if (times_->is_in_commit(entry.version) && entry.info.in_commit_timestamp) {
    entry.timestamp_ms = *entry.info.in_commit_timestamp;
  } else {
    DS_ASSIGN_OR_RETURN(entry.timestamp_ms, times_->of(entry.version));
  }
  return entry;
}

Result<std::vector<HistoryEntry>> history(std::shared_ptr<storage::ObjectStore> store, std::optional<size_t> limit, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(History all, History::open(std::move(store), environment));
  std::vector<HistoryEntry> entries;
  for (size_t i = 0; i < std::min(all.size(), limit.value_or(all.size())); i++) {
    DS_ASSIGN_OR_RETURN(entries.emplace_back(), all.entry(i));
  }
  return entries;
}

Result<int64_t> version_at(std::shared_ptr<storage::ObjectStore> store, int64_t timestamp_ms, const Environment& environment) {
  if (timestamp_ms > environment.clock->now_us() / 1000) {
    return invalid_argument(time_of_ms(timestamp_ms) + " is still to come: which version of " + store->describe() + " stands then cannot be told yet");
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

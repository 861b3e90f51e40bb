#include "connect/delta/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "connect/delta/file_rows.h"
#include "delta/change_feed.h"
#include "delta/log.h"

namespace deltastream::connect::delta_table {
namespace {

// How often a reader that waits asks whether the log goes on behind a gap.
constexpr int64_t kGapCheckUs = 30'000'000;

class LogReader final : public stream::SplitReader {
 public:
  LogReader(LogReaderSettings settings, const stream::SourceRequest& request, const Environment& environment)
      : settings_(std::move(settings)),
        batch_rows_(std::min(request.batch_rows, kChunkRows)),
        metrics_(request.metrics),
        environment_(environment) {}

  Status place(int64_t from, const std::optional<stream::SplitPosition>& position) {
    version_ = from;
    if (!position) return {};
    rows_ = position->offset;
    long long version = 0, file = 0, row = 0;
    if (std::sscanf(position->state.c_str(), "version=%lld file=%lld row=%lld", &version, &file, &row) != 3) {
      return corrupt(fmt::format("the state '{}' of a Delta log is none", position->state));
    }
    version_ = version;
    file_ = static_cast<size_t>(file);
    row_ = static_cast<uint64_t>(row);
    return {};
  }

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    auto state = next(out);
    if (!state.ok()) return std::move(state).context(fmt::format("table '{}'", settings_.table)).error();
    return state;
  }

  stream::SplitPosition position() const override {
    return {rows_, fmt::format("version={} file={} row={} snapshot={}", version_, file_, current_ ? current_->next_row() : row_, settings_.snapshot)};
  }

 private:
  Result<stream::ReadState> next(DataChunk& out) {
    for (;;) {
      if (!loaded_) {
        if (settings_.last_version && version_ > *settings_.last_version) return stream::ReadState::kEnd;
        DS_ASSIGN_OR_RETURN(bool there, load_version());
        if (!there) return stream::ReadState::kIdle;
      }
      if (!current_ && file_ == changes_.files.size()) {
        finish_version();
        continue;
      }
      if (!current_) {
        FileEntry entry{changes_.files[file_], changes_.version, changes_.timestamp_ms};
        current_ = std::make_unique<FileRows>(settings_.store, columns_, std::move(entry), row_, environment_);
      }
      DS_ASSIGN_OR_RETURN(bool more, current_->read(out, std::min<size_t>(batch_rows_, out.GetCapacity())));
      if (more) {
        rows_ += static_cast<int64_t>(out.size());
        if (metrics_) metrics_->rows += out.size();
        return stream::ReadState::kData;
      }
      if (metrics_) metrics_->bytes += static_cast<uint64_t>(changes_.files[file_].file.size);
      current_.reset();
      file_++;
      row_ = 0;
    }
  }

  void finish_version() {
    loaded_ = false;
    version_++;
    file_ = 0;
    row_ = 0;
  }

  // False when the version is not there yet.
  Result<bool> load_version() {
    const int64_t now = environment_.clock->steady_us();
    if (asked_us_ && now - *asked_us_ < settings_.monitor_us) return false;
    if (!feed_) {
      delta::ChangeFeedOptions options;
      options.from_version = version_;
      options.mode = settings_.change_feed ? delta::ChangeMode::kChanges : delta::ChangeMode::kAppends;
      DS_ASSIGN_OR_RETURN(auto feed, delta::ChangeFeed::open(settings_.store, options, environment_));
      DS_ASSIGN_OR_RETURN(auto newest, last_table(settings_.store, settings_.last_version, environment_));
      feed_.emplace(std::move(feed));
      newest_.emplace(std::move(newest));
    }
    DS_ASSIGN_OR_RETURN(auto changes, feed_->next());
    if (!changes) {
      asked_us_ = now;
      DS_RETURN_IF_ERROR(check_gap(now));
      return false;
    }
    asked_us_.reset();
    changes_ = std::move(*changes);
    const bool rewrites = changes_.removes_rows && !settings_.change_feed;
    if (rewrites && !settings_.skip_change_commits) {
      return unsupported(fmt::format("{} deletes or rewrites rows, which a stream of added rows cannot follow; set "
                                     "'readChangeFeed' = 'true' to read what changed, 'skipChangeCommits' = 'true' to pass over such "
                                     "versions, or start anew from a snapshot",
                                     this_version()));
    }
    if (rewrites) changes_.files.clear();
    if (!columns_ || changes_.metadata_changed) {
      auto columns = columns_of(feed_->table());
      if (!columns.ok()) return columns_ ? changed_columns(columns.error()) : std::move(columns).error();
      columns_ = std::make_shared<const FileColumns>(std::move(*columns));
    }
    if (file_ > changes_.files.size()) {
      return corrupt(fmt::format("version {} has {} files, but {} of them were read", version_, changes_.files.size(), file_));
    }
    loaded_ = true;
    return true;
  }

  // "version 3 (DELETE) of file:…"
  std::string this_version() const {
    const std::string operation = changes_.operation.empty() ? "" : fmt::format(" ({})", changes_.operation);
    return fmt::format("version {}{} of {}", version_, operation, settings_.store->describe());
  }

  Error changed_columns(const Error& why) const {
    return {why.kind(), fmt::format("{} changed the columns that are read: {}. 'endingVersion' = '{}' reads what came before; from this version on declare the columns as they "
                                    "are now, with 'startingVersion' = '{}'",
                                    this_version(), why.message(), version_ - 1, version_)};
  }

  // Versions from before the reader began are read as the table stood then, where they can be: columns that came later are null,
  // renamed ones are found. Otherwise, and from then on, each version as it stands itself.
  Result<FileColumns> columns_of(const delta::Snapshot& then) const {
    if (then.version() < newest_->version() && delta::check_changes_readable_as(then, *newest_).ok()) {
      auto columns = file_columns(settings_.table, settings_.columns, *newest_, settings_.change_feed);
      if (columns.ok()) return columns;
    }
    return file_columns(settings_.table, settings_.columns, then, settings_.change_feed);
  }

  // The next version may be missing because the log was cleaned up behind a reader that stood still for too long.
  Status check_gap(int64_t now) {
    if (checked_us_ && now - *checked_us_ < kGapCheckUs) return {};
    checked_us_ = now;
    DS_ASSIGN_OR_RETURN(auto log, delta::list_log(*settings_.store, version_));
    if (log.commits.empty() || log.commits.front().version == version_) return {};
    return not_found(fmt::format("version {} of {} is no longer in the log, which goes on with version {}; start anew from a snapshot", version_,
                                 settings_.store->describe(), log.commits.front().version));
  }

  const LogReaderSettings settings_;
  const size_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
  const Environment environment_;
  std::optional<delta::ChangeFeed> feed_;
  std::optional<delta::Snapshot> newest_;  // when the feed was opened, or the last to read
  std::shared_ptr<const FileColumns> columns_;
  bool loaded_ = false;  // changes_ are those of version_
  delta::ChangeVersion changes_;
  std::unique_ptr<FileRows> current_;
  int64_t version_ = 0;  // being read, or the next
  size_t file_ = 0;
  uint64_t row_ = 0;  // where the file at hand is to be opened
  int64_t rows_ = 0;
  std::optional<int64_t> asked_us_, checked_us_;
};

}  // namespace

Result<delta::Snapshot> last_table(const std::shared_ptr<storage::ObjectStore>& store, const std::optional<int64_t>& last_version,
                                   const Environment& environment) {
  auto newest = delta::Snapshot::open(store, {std::nullopt, delta::LoadFiles::kNone}, environment);
  if (!newest.ok() || !last_version || *last_version >= newest->version()) return newest;
  return delta::Snapshot::open(store, {last_version, delta::LoadFiles::kNone}, environment);
}

Result<std::unique_ptr<stream::SplitReader>> make_log_reader(LogReaderSettings settings, int64_t from,
                                                             const std::optional<stream::SplitPosition>& position,
                                                             const stream::SourceRequest& request, const Environment& environment) {
  auto reader = std::make_unique<LogReader>(std::move(settings), request, environment);
  DS_RETURN_IF_ERROR(reader->place(from, position));
  return std::unique_ptr<stream::SplitReader>(std::move(reader));
}

}  // namespace deltastream::connect::delta_table

#include "connect/delta/log_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "connect/delta/file_rows.h"
#include "delta/changes.h"
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
        DS_ASSIGN_OR_RETURN(bool there, load_version());
        if (!there) return stream::ReadState::kIdle;
      }
      if (!current_ && file_ == files_.size()) {
        finish_version();
        continue;
      }
      if (!current_) current_ = std::make_unique<FileRows>(settings_.store, columns_, files_[file_], row_, environment_);
      DS_ASSIGN_OR_RETURN(bool more, current_->read(out, std::min<size_t>(batch_rows_, out.GetCapacity())));
      if (more) {
        rows_ += static_cast<int64_t>(out.size());
        if (metrics_) metrics_->rows += out.size();
        return stream::ReadState::kData;
      }
      if (metrics_) metrics_->bytes += static_cast<uint64_t>(files_[file_].size);
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
    DS_ASSIGN_OR_RETURN(auto changes, delta::read_changes(*settings_.store, version_));
    if (!changes) {
      asked_us_ = now;
      DS_RETURN_IF_ERROR(check_gap(now));
      return false;
    }
    asked_us_.reset();
    DS_RETURN_IF_ERROR(follow_table(*changes));
    const bool rewrites = changes->removed_files > 0;
    if (rewrites && !settings_.skip_change_commits) {
      return unsupported(fmt::format("version {}{} of {} deletes or rewrites rows, which a stream of added rows cannot follow; set "
                                     "'skipChangeCommits' = 'true' to pass over such versions, or start anew from a snapshot",
                                     version_, changes->operation.empty() ? "" : " (" + changes->operation + ")", settings_.store->describe()));
    }
    files_.clear();
    if (!rewrites) {
      DS_ASSIGN_OR_RETURN(files_, delta::added_files(*snapshot_, *changes));
    }
    if (file_ > files_.size()) return corrupt(fmt::format("version {} has {} files, but {} of them were read", version_, files_.size(), file_));
    loaded_ = true;
    return true;
  }

  // The schema that the version's files have.
  Status follow_table(const delta::VersionChanges& changes) {
    if (!snapshot_) {
      DS_ASSIGN_OR_RETURN(auto snapshot, delta::Snapshot::open(settings_.store, {version_, delta::LoadFiles::kNone}, environment_));
      snapshot_.emplace(std::move(snapshot));
    } else if (changes.changes_table) {
      auto moved = snapshot_->refresh(version_);
      if (!moved.ok()) return std::move(moved).error();
    } else {
      return {};
    }
    DS_ASSIGN_OR_RETURN(auto columns, file_columns(settings_.table, settings_.columns, *snapshot_));
    columns_ = std::make_shared<const FileColumns>(std::move(columns));
    return {};
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
  std::optional<delta::Snapshot> snapshot_;
  std::shared_ptr<const FileColumns> columns_;
  bool loaded_ = false;  // files_ are those of version_
  std::vector<delta::ScanFile> files_;
  std::unique_ptr<FileRows> current_;
  int64_t version_ = 0;  // being read, or the next
  size_t file_ = 0;
  uint64_t row_ = 0;  // where the file at hand is to be opened
  int64_t rows_ = 0;
  std::optional<int64_t> asked_us_, checked_us_;
};

}  // namespace

Result<std::unique_ptr<stream::SplitReader>> make_log_reader(LogReaderSettings settings, int64_t from,
                                                             const std::optional<stream::SplitPosition>& position,
                                                             const stream::SourceRequest& request, const Environment& environment) {
  auto reader = std::make_unique<LogReader>(std::move(settings), request, environment);
  DS_RETURN_IF_ERROR(reader->place(from, position));
  return std::unique_ptr<stream::SplitReader>(std::move(reader));
}

}  // namespace deltastream::connect::delta_table

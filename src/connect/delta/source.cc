#include "connect/delta/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <mutex>

#include "connect/delta/file_rows.h"
#include "connect/delta/log_reader.h"
#include "connect/delta/scan_settings.h"
#include "connect/delta/table_options.h"
#include "connect/finished_reader.h"
#include "delta/history.h"
#include "storage/stores.h"

namespace deltastream::connect::delta_table {
namespace {

constexpr const char* kLogSplit = "log";

// "v12/3/10": file 3 of the 10 that version 12 has, in the order of their paths.
struct FileSplit {
  int64_t version = 0;
  size_t file = 0, files = 0;
  std::string id() const { return fmt::format("v{}/{}/{}", version, file, files); }
  // Of all of them: stands in the positions of the log.
  std::string snapshot() const { return fmt::format("v{}/0/{}", version, files); }
};

std::optional<FileSplit> parse_file_split(const std::string& id) {
  long long version = 0;
  FileSplit split;
  if (std::sscanf(id.c_str(), "v%lld/%zu/%zu", &version, &split.file, &split.files) != 3) return std::nullopt;
  split.version = version;
  return split;
}

class FileReader final : public stream::SplitReader {
 public:
  FileReader(std::string table, std::unique_ptr<FileRows> rows, int64_t size, const stream::SourceRequest& request)
      : table_(std::move(table)),
        rows_(std::move(rows)),
        size_(size),
        batch_rows_(std::min(request.batch_rows, kChunkRows)),
        metrics_(request.metrics) {}

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    if (ended_) return stream::ReadState::kEnd;
    auto more = rows_->read(out, std::min<size_t>(batch_rows_, out.GetCapacity()));
    if (!more.ok()) return std::move(more).context(fmt::format("table '{}'", table_)).error();
    if (metrics_) metrics_->rows += out.size();
    if (*more) return stream::ReadState::kData;
    ended_ = true;
    if (metrics_) metrics_->bytes += static_cast<uint64_t>(size_);
    return stream::ReadState::kEnd;
  }
  stream::SplitPosition position() const override { return {static_cast<int64_t>(rows_->next_row()), ended_ ? "end" : ""}; }

 private:
  const std::string table_;
  const std::unique_ptr<FileRows> rows_;
  const int64_t size_;
  const size_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
  bool ended_ = false;
};

class TableSource final : public stream::Source {
 public:
  TableSource(std::string table, std::string location, ScanSettings settings, const Environment& environment)
      : table_(std::move(table)), location_(std::move(location)), settings_(std::move(settings)), environment_(environment) {}

  bool bounded() const override { return !settings_.follow || settings_.ending_version || settings_.ending_timestamp_ms; }
  // Files are no partitions that an offset in a sink's commit would say something about.
  bool has_offsets() const override { return false; }

  Status open(const stream::SourceRequest& request) override {
    request_ = request;
    return open_table().context(where());
  }

  Status resume(const std::map<std::string, stream::SplitPosition>& positions) override {
    std::lock_guard lock(mutex_);
    size_t finished = 0;
    for (const auto& [id, position] : positions) {
      const size_t word = id == kLogSplit ? position.state.find("snapshot=") : std::string::npos;
      auto split = parse_file_split(word == std::string::npos ? id : position.state.substr(word + 9));
      if (!split) continue;
      resumed_ = *split;
      if (id != kLogSplit && position.state == "end") finished++;
    }
    all_finished_ = resumed_ && finished == resumed_->files;
    return {};
  }

  Result<std::vector<stream::Split>> discover() override {
    std::lock_guard lock(mutex_);
    std::vector<stream::Split> splits;
    DS_RETURN_IF_ERROR(add_splits(splits).context(where()));
    return splits;
  }

  Result<std::unique_ptr<stream::SplitReader>> open_split(const stream::Split& split,
                                                          const std::optional<stream::SplitPosition>& position) override {
    std::lock_guard lock(mutex_);
    if (split.id == kLogSplit) {
      LogReaderSettings log{table_, store_, request_.columns, settings_.skip_change_commits, settings_.change_feed, last_version_, settings_.monitor_us, snapshot_};
      return make_log_reader(std::move(log), log_from_, position, request_, environment_);
    }
    if (position && position->state == "end") return std::unique_ptr<stream::SplitReader>(std::make_unique<FinishedReader>(*position));
    auto file = parse_file_split(split.id);
    if (!file || file->file >= files_.size() || file->version != version_) {
      return invalid_argument(fmt::format("{}: split '{}' is none of version {}; was 'version' or 'timestamp' changed?", where(), split.id, version_));
    }
    const delta::ScanFile& scan = files_[file->file];
    FileEntry entry{{delta::ChangeKind::kInsert, scan, nullptr, {}}, version_, timestamp_ms_};
    auto rows = std::make_unique<FileRows>(store_, columns_, std::move(entry), position ? static_cast<uint64_t>(position->offset) : 0, environment_);
    return std::unique_ptr<stream::SplitReader>(std::make_unique<FileReader>(table_, std::move(rows), scan.size, request_));
  }

 private:
  std::string where() const { return fmt::format("table '{}'", table_); }

  Status open_table() {
    DS_ASSIGN_OR_RETURN(store_, storage::open_store(location_, environment_));
    std::optional<int64_t> version = settings_.version;
    if (settings_.timestamp_ms) {
      DS_ASSIGN_OR_RETURN(version, delta::version_at(store_, *settings_.timestamp_ms, environment_));
    }
    DS_ASSIGN_OR_RETURN(auto snapshot, delta::Snapshot::open(store_, {version, delta::LoadFiles::kNone}, environment_));
    version_ = snapshot.version();
    if (settings_.change_feed && !bounded() && !snapshot.property_is_true("delta.enableChangeDataFeed")) {
      return unsupported(fmt::format("{} does not keep its changes, which 'readChangeFeed' needs: set delta.enableChangeDataFeed = true first", snapshot.where()));
    }
    last_version_ = settings_.ending_version;
    if (settings_.ending_timestamp_ms) {
      DS_ASSIGN_OR_RETURN(last_version_, delta::version_at(store_, *settings_.ending_timestamp_ms, environment_));
    }
    // The columns are declared as the table is where reading ends: changes of them on the way there are seen when they come.
    if (!settings_.snapshot) {
      DS_ASSIGN_OR_RETURN(snapshot, last_table(store_, last_version_, environment_));
    }
    auto columns = file_columns(table_, request_.columns, snapshot, settings_.change_feed);
    return columns.ok() ? Status() : std::move(columns).error();
  }

  Status add_splits(std::vector<stream::Split>& splits) {
    log_from_ = version_ + 1;
    if (settings_.snapshot) {
      if (resumed_) version_ = resumed_->version;
      if (last_version_ && version_ > *last_version_) {
        return invalid_argument(fmt::format("its snapshot is of version {}, after the last one to read, {}: set 'version' to an earlier one, or 'startingVersion'",
                                            version_, *last_version_));
      }
      log_from_ = version_ + 1;
      if (!all_finished_) DS_RETURN_IF_ERROR(load_files());
      const size_t files = all_finished_ ? resumed_->files : files_.size();
      if (resumed_ && files != resumed_->files) {
        return corrupt(fmt::format("version {} of {} has {} files, but had {} when the job started", version_, location_, files, resumed_->files));
      }
      snapshot_ = FileSplit{version_, 0, files}.snapshot();
      for (size_t i = 0; i < files; i++) splits.push_back({FileSplit{version_, i, files}.id(), ""});
    } else if (settings_.starting_version) {
      log_from_ = *settings_.starting_version;
    } else if (settings_.starting_timestamp_ms) {
      DS_ASSIGN_OR_RETURN(log_from_, delta::first_version_from(store_, *settings_.starting_timestamp_ms, environment_));
    }
    if (settings_.follow) splits.push_back({kLogSplit, ""});
    return {};
  }

  Status load_files() {
    DS_ASSIGN_OR_RETURN(auto snapshot, delta::Snapshot::open(store_, {version_, delta::LoadFiles::kAll}, environment_));
    DS_ASSIGN_OR_RETURN(auto columns, file_columns(table_, request_.columns, snapshot, settings_.change_feed));
    for (const auto& column : columns.changes) {
      if (column.what != FileColumns::Change::kTimestamp) continue;
      DS_ASSIGN_OR_RETURN(timestamp_ms_, delta::timestamp_of(store_, version_, environment_));
    }
    columns_ = std::make_shared<const FileColumns>(std::move(columns));
    DS_ASSIGN_OR_RETURN(auto plan, delta::plan_scan(snapshot));
    files_ = std::move(plan.files);
    // The order in which replay finds them depends on the log's checkpoints.
    std::sort(files_.begin(), files_.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return {};
  }

  const std::string table_, location_;
  const ScanSettings settings_;
  const Environment environment_;
  stream::SourceRequest request_;
  std::shared_ptr<storage::ObjectStore> store_;
  std::mutex mutex_;
  int64_t version_ = 0;  // of the snapshot
  int64_t timestamp_ms_ = 0;  // its, where it is asked for
  int64_t log_from_ = 0;
  std::optional<int64_t> last_version_;
  std::string snapshot_;  // as the log's positions name it
  std::optional<FileSplit> resumed_;  // one of those that the checkpoint holds
  bool all_finished_ = false;
  std::shared_ptr<const FileColumns> columns_;
  std::vector<delta::ScanFile> files_;
};

}  // namespace

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context) {
  DS_ASSIGN_OR_RETURN(auto settings, scan_settings(options).context(fmt::format("table '{}'", table.name)));
  DS_ASSIGN_OR_RETURN(std::string location, table_location(table, options, context));
  return std::unique_ptr<stream::Source>(std::make_unique<TableSource>(table.name, std::move(location), std::move(settings), context.environment));
}

}  // namespace deltastream::connect::delta_table

#include "delta/log/commit_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "delta/features.h"
#include "delta/log/commit_info_reader.h"
#include "delta/text/time_value.h"

namespace deltastream::delta {
namespace {

std::optional<int64_t> number_property(const Snapshot& table, std::string_view key) {
  auto text = table.property(key);
  int64_t value = 0;
  if (!text) return std::nullopt;
  auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text->data() + text->size() ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<CommitTimes> CommitTimes::create(const Snapshot& newest, const std::vector<CommitFile>& commits) {
  CommitTimes times;
  times.store_ = newest.store();
  // What lies before a gap was cleaned away in part and leads to no version any more.
  auto first = commits.end();
  while (first != commits.begin() && (first == commits.end() || std::prev(first)->version + 1 == first->version)) --first;
  times.commits_.assign(first, commits.end());
  if (times.commits_.empty()) return not_found(newest.where() + ": the log has no commits left to tell times by");
  times.first_version_ = times.commits_.front().version;
  if (newest.property_is_true("delta.enableInCommitTimestamps") && supports(newest.protocol(), "inCommitTimestamp")) {
    times.in_commit_from_ = number_property(newest, "delta.inCommitTimestampEnablementVersion").value_or(0);
  }
  for (const auto& commit : times.commits_) {
    if (commit.version >= times.in_commit_from_) break;
    int64_t at_least = times.file_times_.empty() ? INT64_MIN : times.file_times_.back() + 1;
    times.file_times_.push_back(std::max(commit.object.modified_ms, at_least));
  }
  return times;
}

Result<int64_t> CommitTimes::of(int64_t version) {
  if (version < first_version() || version > last_version()) {
    return not_found(store_->describe() + ": the commit of version " + std::to_string(version) + " is not in the log");
  }
  if (!is_in_commit(version)) return file_times_[static_cast<size_t>(version - first_version_)];
  if (auto found = known_.find(version); found != known_.end()) return found->second;
  const auto& file = commit(version);
  DS_ASSIGN_OR_RETURN(auto info, read_commit_info(*store_, file.object).context(store_->describe()));
  if (!info || !info->in_commit_timestamp) {
    return corrupt(store_->describe() + "/" + file.object.path + " has no inCommitTimestamp, which the table's commits must have");
  }
  known_[version] = *info->in_commit_timestamp;
  return *info->in_commit_timestamp;
}

Error CommitTimes::no_version_at(int64_t timestamp_ms, int64_t first_timestamp_ms) const {
  return not_found(fmt::format("{} has no version of {}: its log begins with version {} at {}", store_->describe(), time_of_ms(timestamp_ms), first_version_,
                               time_of_ms(first_timestamp_ms)));
}

Result<int64_t> CommitTimes::version_at(int64_t timestamp_ms) {
  // The times in commits ascend; where they begin, they may lie before the file times of older versions (of a log that was copied).
  int64_t first_in_commit = std::max(in_commit_from_, first_version());
  bool among_in_commit = first_in_commit <= last_version();
  if (among_in_commit) {
    DS_ASSIGN_OR_RETURN(int64_t enabled_at, of(first_in_commit));
    among_in_commit = enabled_at <= timestamp_ms;
  }
  if (!among_in_commit) {
    DS_ASSIGN_OR_RETURN(int64_t first_timestamp, of(first_version()));
    if (first_timestamp > timestamp_ms) return no_version_at(timestamp_ms, first_timestamp);
    auto after = std::upper_bound(file_times_.begin(), file_times_.end(), timestamp_ms);
    return first_version() + (after - file_times_.begin()) - 1;
  }
  int64_t low = first_in_commit;  // committed by then
  int64_t high = last_version() + 1;
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    DS_ASSIGN_OR_RETURN(int64_t time, of(middle));
    (time <= timestamp_ms ? low : high) = middle;
  }
  return low;
}

Result<int64_t> CommitTimes::first_version_from(int64_t timestamp_ms) {
  int64_t low = first_version(), high = last_version() + 1;  // the one looked for lies in [low, high]
  if (const int64_t first_in_commit = std::max(in_commit_from_, low); first_in_commit < high) {
    DS_ASSIGN_OR_RETURN(int64_t enabled_at, of(first_in_commit));
    (enabled_at < timestamp_ms ? low : high) = first_in_commit;
  }
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    DS_ASSIGN_OR_RETURN(int64_t time, of(middle));
    if (time < timestamp_ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace deltastream::delta

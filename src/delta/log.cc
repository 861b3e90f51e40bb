#include "delta/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "delta/log/last_checkpoint.h"

namespace deltastream::delta {
namespace {

std::string padded(int64_t version) {
  std::string digits = std::to_string(version);
  return std::string(digits.size() < 20 ? 20 - digits.size() : 0, '0') + digits;
}

// Exactly `width` digits that fit a version. The last number of all is none: no version could come after it.
std::optional<int64_t> read_digits(std::string_view text, size_t width) {
  if (text.size() != width) return std::nullopt;
  int64_t value = 0;
  auto parsed = std::from_chars(text.data(), text.data() + width, value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + width || value < 0 || value == INT64_MAX) return std::nullopt;
  return value;
}

// "a.b.c" → {"a","b","c"}
std::vector<std::string_view> split_dots(std::string_view name) {
  std::vector<std::string_view> words;
  for (size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    words.push_back(name.substr(0, dot));
    name.remove_prefix(dot + 1);
  }
  words.push_back(name);
  return words;
}

bool is_uuid(std::string_view text) { return text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-'; }

struct MultiPart {
  std::map<int64_t, storage::ObjectMeta> parts;
};

// Collects what belongs together while names pass by.
class Classifier {
 public:
  void take(const storage::ObjectMeta& object) {
    std::string_view path = object.path;
    size_t slash = path.rfind('/');
    auto words = split_dots(slash == std::string_view::npos ? path : path.substr(slash + 1));
    if (words.size() < 2) return;
    auto version = read_digits(words[0], 20);
    if (!version) return;
    if (words.size() == 2 && words[1] == "json") {
      listing_.commits.push_back({*version, object, *version});
      return;
    }
    if (words.size() == 4 && words[2] == "compacted" && words[3] == "json") {
      auto last = read_digits(words[1], 20);
      if (last && *last > *version) listing_.compactions.push_back({*last, object, *version});
      return;
    }
    if (words[1] != "checkpoint") return;
    if (words.size() == 3 && words[2] == "parquet") {
      checkpoints_.emplace(*version, CheckpointFiles{*version, {object}, false});
    } else if (words.size() == 4 && is_uuid(words[2]) && (words[3] == "parquet" || words[3] == "json")) {
      checkpoints_.emplace(*version, CheckpointFiles{*version, {object}, words[3] == "json"});
    } else if (words.size() == 5 && words[4] == "parquet") {
      auto part = read_digits(words[2], 10);
      auto of = read_digits(words[3], 10);
      if (part && of && *part >= 1 && *part <= *of) multi_[{*version, *of}].parts[*part] = object;
    }
  }

  LogListing finish() {
    for (auto& [key, set] : multi_) {
      if (static_cast<int64_t>(set.parts.size()) != key.second) continue;  // an incomplete set is as good as none
      CheckpointFiles checkpoint{key.first, {}, false};
      for (auto& [number, object] : set.parts) checkpoint.parts.push_back(std::move(object));
      checkpoints_.emplace(key.first, std::move(checkpoint));
    }
    for (auto& [version, checkpoint] : checkpoints_) listing_.checkpoints.push_back(std::move(checkpoint));
    std::sort(listing_.commits.begin(), listing_.commits.end(), [](const CommitFile& a, const CommitFile& b) { return a.version < b.version; });
    std::sort(listing_.compactions.begin(), listing_.compactions.end(), [](const CommitFile& a, const CommitFile& b) {
      return std::pair(a.first_version, a.version) < std::pair(b.first_version, b.version);
    });
    return std::move(listing_);
  }

 private:
  LogListing listing_;
  std::multimap<int64_t, CheckpointFiles> checkpoints_;  // those of one version in the order they came
  std::map<std::pair<int64_t, int64_t>, MultiPart> multi_;
};

// The longest compacted file that begins with `first` and ends by `last`.
const CommitFile* longest_compaction(const LogListing& listing, int64_t first, int64_t last) {
  const CommitFile* longest = nullptr;
  auto at = std::lower_bound(listing.compactions.begin(), listing.compactions.end(), first,
                             [](const CommitFile& file, int64_t version) { return file.first_version < version; });
  for (; at != listing.compactions.end() && at->first_version == first && at->version <= last; ++at) longest = &*at;
  return longest;
}

// What covers (base, version], or what is missing.
Result<std::vector<CommitFile>> contiguous(const LogListing& listing, int64_t base, int64_t version, bool compacted, const std::string& where) {
  std::vector<CommitFile> files;
  auto commit = std::lower_bound(listing.commits.begin(), listing.commits.end(), base + 1,
                                 [](const CommitFile& file, int64_t first) { return file.version < first; });
  for (int64_t next = base + 1; next <= version; next = files.back().version + 1) {
    const CommitFile* found = compacted ? longest_compaction(listing, next, version) : nullptr;
    while (commit != listing.commits.end() && commit->version < next) ++commit;
    if (!found && commit != listing.commits.end() && commit->version == next) found = &*commit;
    if (!found) return corrupt(where + ": the log has a gap: " + commit_path(next) + " is missing, and no checkpoint stands in for it");
    files.push_back(*found);
  }
  return files;
}

}  // namespace

std::string commit_path(int64_t version) { return kLogFolder + padded(version) + ".json"; }
std::string checkpoint_path(int64_t version) { return kLogFolder + padded(version) + ".checkpoint.parquet"; }
std::string checksum_path(int64_t version) { return kLogFolder + padded(version) + ".crc"; }

LogListing classify_log(const std::vector<storage::ObjectMeta>& objects) {
  Classifier classifier;
  for (const auto& object : objects) {
    // Sub-folders (_sidecars, _staged_commits, _commits) are no part of the listing.
    if (object.path.find('/', sizeof(kLogFolder) - 1) == std::string::npos) classifier.take(object);
  }
  return classifier.finish();
}

Result<LogListing> list_log(storage::ObjectStore& store, int64_t start_version) {
  DS_ASSIGN_OR_RETURN(auto objects, store.list(kLogFolder, kLogFolder + padded(start_version)));
  return classify_log(objects);
}

Result<std::vector<LogSegment>> log_segments(const LogListing& listing, std::optional<int64_t> wanted, const std::string& where) {
  int64_t newest = -1;
  if (!listing.commits.empty()) newest = listing.commits.back().version;
  if (!listing.checkpoints.empty()) newest = std::max(newest, listing.checkpoints.back().version);
  if (newest < 0) return not_found(where + " is no Delta table: there is no _delta_log with a commit");
  int64_t version = wanted.value_or(newest);
  if (version > newest || version < 0) {
    return not_found(where + " has no version " + std::to_string(version) + ": the newest is " + std::to_string(newest));
  }
  std::vector<LogSegment> segments;
  std::optional<Error> first_error;
  auto own = std::lower_bound(listing.commits.begin(), listing.commits.end(), version, [](const CommitFile& file, int64_t first) { return file.version < first; });
  const auto own_commit = own != listing.commits.end() && own->version == version ? std::optional(own->object) : std::nullopt;
  auto add_ways = [&](const CheckpointFiles* checkpoint) {
    for (bool compacted : {true, false}) {
      if (compacted && listing.compactions.empty()) continue;
      auto commits = contiguous(listing, checkpoint ? checkpoint->version : -1, version, compacted, where);
      if (!commits.ok()) {
        if (!first_error) first_error = std::move(commits).error();
        continue;
      }
      bool uses_compaction = std::any_of(commits->begin(), commits->end(), [](const CommitFile& file) { return file.compacted(); });
      if (compacted && !uses_compaction) continue;
      segments.push_back({version, checkpoint ? std::optional(*checkpoint) : std::nullopt, std::move(commits).value(), own_commit});
    }
  };
  for (auto it = listing.checkpoints.rbegin(); it != listing.checkpoints.rend(); ++it) {
    if (it->version <= version) add_ways(&*it);
  }
  add_ways(nullptr);
  if (!segments.empty()) return segments;
  auto earliest = earliest_version(listing);
  if (earliest && version < *earliest) {
    return not_found(fmt::format("{} no longer has version {}: log cleanup took it away, and the earliest that can be read is {}", where, version, *earliest));
  }
  return *first_error;
}

std::optional<int64_t> earliest_version(const LogListing& listing) {
  if (!listing.commits.empty() && listing.commits.front().version == 0) return 0;
  if (!listing.checkpoints.empty()) return listing.checkpoints.front().version;
  return std::nullopt;
}

std::optional<int64_t> last_checkpoint_hint(storage::ObjectStore& store) {
  auto last = read_last_checkpoint(store);
  return last ? std::optional(last->version) : std::nullopt;
}

}  // namespace deltastream::delta

#include "delta/log_cleanup.h"

#include <algorithm>

#include "delta/features.h"
#include "delta/log.h"
#include "delta/table_properties.h"
#include "format/parquet.h"

namespace deltastream::delta {
namespace {

constexpr int64_t kDayMs = 24ll * 3600 * 1000;

// The version of a log file's name, or -1: 20 digits and a dot.
int64_t version_of(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.size() < 22 || name[20] != '.') return -1;
  int64_t version = 0;
  for (char c : name.substr(0, 20)) {
    if (c < '0' || c > '9' || version > (INT64_MAX - 9) / 10) return -1;
    version = version * 10 + (c - '0');
  }
  return version;
}

bool is_commit(std::string_view path) { return path.size() > 26 && path.substr(path.size() - 26).find('/') == 0 && path.substr(path.size() - 5) == ".json"; }

// Whether every part opens as a Parquet file: before commits go, what replaces them must be there.
bool readable(const Snapshot& table, const CheckpointFiles& checkpoint) {
  if (checkpoint.json) return table.store()->head(checkpoint.parts[0].path).ok();
  return std::all_of(checkpoint.parts.begin(), checkpoint.parts.end(), [&](const storage::ObjectMeta& part) {
    auto reader = format::ParquetFileReader::open(table.store(), part.path, {});
    return reader.ok() && (*reader)->row_count() > 0;
  });
}

// The newest commit that is expired. Later commits may carry older times (clocks differ): the first that is young ends it.
int64_t newest_expired(const LogListing& listing, int64_t cutoff_ms) {
  int64_t version = -1;
  for (const auto& commit : listing.commits) {
    if (commit.object.modified_ms >= cutoff_ms) break;
    version = commit.version;
  }
  return version;
}

}  // namespace

Result<int64_t> clean_log(const Snapshot& table) {
  const auto& properties = table.metadata().configuration;
  bool wanted = boolean_property(properties, "delta.enableExpiredLogCleanup", true);
  if (!wanted || supports(table.protocol(), "checkpointProtection")) return 0;
  int64_t retention_ms = duration_property_us(properties, "delta.logRetentionDuration", 30 * kDayMs * 1000) / 1000;
  int64_t cutoff_ms = (table.environment().clock->now_us() / 1000 - retention_ms) / kDayMs * kDayMs;
  DS_ASSIGN_OR_RETURN(auto objects, table.store()->list(kLogFolder));
  LogListing listing = classify_log(objects);
  int64_t expired = newest_expired(listing, cutoff_ms);
  const CheckpointFiles* kept = nullptr;
  for (const auto& checkpoint : listing.checkpoints) {
    bool has_commit = std::any_of(listing.commits.begin(), listing.commits.end(), [&](const CommitFile& commit) { return commit.version == checkpoint.version; });
    if (checkpoint.version <= expired && has_commit) kept = &checkpoint;
  }
  if (!kept || !readable(table, *kept)) return 0;
  // Commits go first, oldest first, so that a stop half way leaves no version that only looks readable.
  std::vector<std::string> commits, others;
  for (const auto& object : objects) {
    int64_t version = version_of(object.path);
    if (version < 0 || version >= kept->version || object.path.find('/', std::string_view(kLogFolder).size()) != std::string::npos) continue;
    (is_commit(object.path) ? commits : others).push_back(object.path);
  }
  int64_t removed = 0;
  for (const auto* paths : {&commits, &others}) {
    for (const auto& path : *paths) {
      DS_RETURN_IF_ERROR(table.store()->remove(path).context("cleaning the log of " + table.where()));
      removed++;
    }
  }
  return removed;
}

}  // namespace deltastream::delta

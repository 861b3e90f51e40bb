#pragma once
// One version of a table: protocol, schema, configuration, application transactions, domains, and its files.
// Opened by replay of the newest complete checkpoint and the commits after it; refresh() reads only what is new.
// Movable, used by one thread at a time. Files are held in memory only when asked for: a writer that appends needs none.
// Errors: not found when there is no table or version, corrupt for a broken log (which file, what is wrong),
// unsupported for table features we do not read.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/environment.h"
#include "common/result.h"
#include "delta/actions.h"
#include "delta/commit_stamp.h"
#include "delta/file_set.h"
#include "delta/schema.h"
#include "storage/object_store.h"

namespace deltastream::delta {

enum class LoadFiles { kAll, kNone };

struct SnapshotOptions {
  std::optional<int64_t> version;   // absent: the newest
  LoadFiles files = LoadFiles::kAll;
  // Instead of a version: the one that stood at this time (see history.h).
  std::optional<int64_t> timestamp_ms = std::nullopt;
  // Bytes of a Parquet file of a checkpoint from which on the statistics in it stay where they are until they are asked for
  // (file_statistics.h): of a million files they are most of what an opened table would hold.
  uint64_t leave_statistics_from_bytes = 4 << 20;
};

// A checkpoint file that keeps the statistics of its adds.
struct StatisticsSource {
  std::string path;
  uint64_t fingerprint = 0;   // as ParquetFileReader tells it
};

// Number and size of the files where known without holding them.
struct FileTotals {
  int64_t files = 0;
  int64_t bytes = 0;
};

class LogReplay;

class Snapshot {
 public:
  static Result<Snapshot> open(std::shared_ptr<storage::ObjectStore> store, const SnapshotOptions& options = {}, const Environment& environment = {});
  static Result<Snapshot> open(std::shared_ptr<storage::ObjectStore> store, std::optional<int64_t> version, const Environment& environment = {}) {
    return open(std::move(store), SnapshotOptions{version, LoadFiles::kAll, std::nullopt}, environment);
  }
  // Whether the store holds a table at its root: any commit or checkpoint.
  static Result<bool> table_exists(storage::ObjectStore& store);

  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;
  ~Snapshot();

  int64_t version() const;
  const Protocol& protocol() const;
  const Metadata& metadata() const;
  const Schema& schema() const;
  const std::vector<std::string>& partition_columns() const;
  // A table property, e.g. "delta.appendOnly".
  std::optional<std::string> property(std::string_view key) const;
  bool property_is_true(std::string_view key) const;
  ColumnMappingMode column_mapping() const;
  std::optional<int64_t> txn(const std::string& app_id) const;
  const std::map<std::string, Txn>& txns() const;
  const std::map<std::string, DomainMetadata>& domains() const;
  const DomainMetadata* domain(const std::string& name) const;
  // The version's timestamp as its commit says it (in-commit timestamp); absent where the commit does not.
  std::optional<int64_t> in_commit_timestamp() const;

  // What tells this version's commit from another one of its number; absent where only a checkpoint or a compacted file told of it.
  const std::optional<CommitStamp>& commit_stamp() const;

  // Whether files() is filled.
  bool has_files() const;
  const FileSet& files() const;
  // Removed files that a checkpoint must still name.
  const FileSet& tombstones() const;
  // By StatisticsPlace::source.
  const std::vector<StatisticsSource>& left_statistics() const;
  std::optional<FileTotals> totals() const;

  // Goes to `version`, or to the newest. Reads only commits after this version. True when the version moved.
  // After an error the snapshot stands where reading ended; if that was within a commit, has_files() is false until a refresh
  // succeeds.
  Result<bool> refresh(std::optional<int64_t> version = std::nullopt);
  // For whoever has just committed `version` = version() + 1: goes there without reading `lines` back from the store.
  // Files that the commit adds must be new to the table.
  Status apply_commit(int64_t version, std::string lines);

  const std::shared_ptr<storage::ObjectStore>& store() const;
  const Environment& environment() const;
  // "file:/lake/t at version 12": for messages.
  std::string where() const;

 private:
  friend class LogReplay;
  explicit Snapshot(std::unique_ptr<LogReplay> replay);
  std::unique_ptr<LogReplay> replay_;
};

}  // namespace deltastream::delta

#pragma once
// What changed from version to version: which files hold the rows that came and went. Reads one commit at a time, so it
// serves a query over a range as well as a stream that follows the table. Movable, one thread.
// Errors: not found for versions that the log does not hold (any more), unsupported for ranges in which the change data
// feed was off, corrupt for a broken log.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/environment.h"
#include "common/result.h"
#include "delta/deletion_vector.h"
#include "delta/scan.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

enum class ChangeKind {
  kInsert,   // every row of the file is an insert
  kDelete,   // every row is a delete
  kPerRow,   // a file of the change data feed: its column _change_type says what each row is
};

struct ChangeFile {
  ChangeKind kind = ChangeKind::kInsert;
  // Rows of its deletion vector are no change, unless `only_rows` is there.
  ScanFile file;
  // Only these rows changed: a deletion vector replaced another on the same file.
  std::shared_ptr<const DeletionVector> only_rows;
  // JSON object text whose bounds hold for every row that changed; empty: unknown.
  std::string stats;
};

struct ChangeVersion {
  int64_t version = 0;
  int64_t timestamp_ms = 0;
  std::vector<ChangeFile> files;
  std::string operation;   // as the commit says it, or ""
  // The commit took rows away or changed them (it removed files of data).
  bool removes_rows = false;
  // The table's schema, partitioning or protocol is another one from this version on.
  bool metadata_changed = false;
};

enum class ChangeMode {
  kChanges,   // inserts, deletes and updates, as the change data feed has them
  kAppends,   // the files added with data, whatever else the commit did (see removes_rows)
};

struct ChangeFeedOptions {
  int64_t from_version = 0;
  std::optional<int64_t> to_version = std::nullopt;   // included; absent: as far as the table goes
  ChangeMode mode = ChangeMode::kChanges;
};

class ChangeFeed {
 public:
  // `from_version` may be the next version still to come; `to_version` must be there.
  static Result<ChangeFeed> open(std::shared_ptr<storage::ObjectStore> store, const ChangeFeedOptions& options, const Environment& environment = {});
  ChangeFeed(ChangeFeed&&) noexcept;
  ChangeFeed& operator=(ChangeFeed&&) noexcept;
  ~ChangeFeed();

  // The next version's changes; nullopt when there is none yet, or the range is done. After an error the feed is at its end.
  Result<std::optional<ChangeVersion>> next();
  // The table at the version that next() gave last (before: at from_version, or the newest before it), without its files.
  const Snapshot& table() const;
  int64_t next_version() const;

 private:
  struct State;
  explicit ChangeFeed(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether rows that changed when the table was `then` can be read as rows of `now`, a later version: files are found by the same names,
// in the same partitions, and check_readable_as() holds. Else unsupported, saying which versions.
Status check_changes_readable_as(const Snapshot& then, const Snapshot& now);

}  // namespace deltastream::delta

#pragma once
// What happened to a table: one entry for each version whose commit is still in the log, and which version stood at a
// time. Reads the store at each call; thread-safe. Errors: not found where the log does not reach back so far, invalid
// argument for a time that has not come yet, corrupt for a broken log.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/environment.h"
#include "common/result.h"
#include "delta/actions.h"
#include "storage/object_store.h"

namespace deltastream::delta {

class CommitTimes;

struct HistoryEntry {
  int64_t version = 0;
  int64_t timestamp_ms = 0;   // ascends with the version
  CommitInfo info;            // empty where the commit has none
};

// The entries one by one, so that who wants the newest few does not read every commit. One thread.
class History {
 public:
  // As of now: what is committed later is not in it.
  static Result<History> open(std::shared_ptr<storage::ObjectStore> store, const Environment& environment = {});
  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

  size_t size() const;
  // The newest is 0.
  Result<HistoryEntry> entry(size_t index);

 private:
  History(std::shared_ptr<storage::ObjectStore> store, std::unique_ptr<CommitTimes> times);

  std::shared_ptr<storage::ObjectStore> store_;
  std::unique_ptr<CommitTimes> times_;
};

// Newest first; at most `limit` of them.
Result<std::vector<HistoryEntry>> history(std::shared_ptr<storage::ObjectStore> store, std::optional<size_t> limit = std::nullopt,
                                          const Environment& environment = {});

// The version that a reader at that time would have seen. A time after the newest commit gives the newest version, but
// not a time still to come: the answer could change.
Result<int64_t> version_at(std::shared_ptr<storage::ObjectStore> store, int64_t timestamp_ms, const Environment& environment = {});

// The first version at or after that time; the one after the newest when all are older.
Result<int64_t> first_version_from(std::shared_ptr<storage::ObjectStore> store, int64_t timestamp_ms, const Environment& environment = {});

// When the version was committed, in milliseconds, as its history entry says.
Result<int64_t> timestamp_of(std::shared_ptr<storage::ObjectStore> store, int64_t version, const Environment& environment = {});

}  // namespace deltastream::delta

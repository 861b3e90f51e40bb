#pragma once
// Follows the log of a Delta table: the rows that each version adds, or all that it changes, in order. The position's offset
// counts rows; its state names version, file in that version, and row in that file, so that it goes on exactly where it stood.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/environment.h"
#include "delta/snapshot.h"
#include "stream/endpoint.h"
#include "storage/object_store.h"

namespace deltastream::connect::delta_table {

struct LogReaderSettings {
  std::string table;
  std::shared_ptr<storage::ObjectStore> store;
  std::vector<engine::SourceColumn> columns;
  bool skip_change_commits = false;
  bool change_feed = false;
  std::optional<int64_t> last_version;  // where it ends; absent: it follows
  int64_t monitor_us = 1'000'000;
  std::string snapshot;  // a word of the source's own that stands at the end of every position
};

// The table at the last version to read, or the newest (absent, or still to come), without its files.
Result<delta::Snapshot> last_table(const std::shared_ptr<storage::ObjectStore>& store, const std::optional<int64_t>& last_version,
                                   const Environment& environment);

// `from`: the first version to read, where there is no position. Errors of read(): unsupported for a version that deletes or
// rewrites rows (without the change feed) or that keeps no changes (with it), not found when the log no longer holds the next version or a version
// has no longer a column that is read, invalid argument where one has another type, corrupt for a position that is none of the table's.
Result<std::unique_ptr<stream::SplitReader>> make_log_reader(LogReaderSettings settings, int64_t from,
                                                             const std::optional<stream::SplitPosition>& position,
                                                             const stream::SourceRequest& request, const Environment& environment);

}  // namespace deltastream::connect::delta_table

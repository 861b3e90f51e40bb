#include "engine/delta_scan/change_set.h"

#include "delta/history.h"

namespace deltastream::engine {
namespace {

Result<int64_t> first_version(const TableAccess& access, const std::shared_ptr<storage::ObjectStore>& store, const ChangeBound& from) {
  if (from.version) return *from.version;
  // Commits carry milliseconds: one of the same millisecond may be earlier.
  const int64_t from_ms = *from.timestamp_us / 1000 + (*from.timestamp_us % 1000 > 0 ? 1 : 0);
  return delta::first_version_from(store, from_ms, access.environment());
}

// Rows of before and after stand side by side: what they are found by must be the same.
Status check_compatible(const delta::Snapshot& then, const delta::Snapshot& now) {
  if (then.partition_columns() != now.partition_columns()) {
    return unsupported(then.where() + ": the partition columns changed within the range of changes; read it in two parts");
  }
  if (then.column_mapping() != now.column_mapping()) {
    return unsupported(then.where() + ": the mapping of columns changed within the range of changes; read it in two parts");
  }
  return {};
}

}  // namespace

Result<ChangeSet> read_changes(const TableAccess& access, const std::string& location, const ChangeBound& from, const std::optional<ChangeBound>& to) {
  ChangeSet set;
  TimeTravel last;
  if (to) last = {to->version, to->timestamp_us};
  DS_ASSIGN_OR_RETURN(set.table, access.open(location, last, delta::LoadFiles::kNone));
  const delta::Snapshot& now = set.table->snapshot;
  delta::ChangeFeedOptions options;
  DS_ASSIGN_OR_RETURN(options.from_version, first_version(access, set.table->store, from));
  options.to_version = now.version();
  if (options.from_version > now.version()) {
    if (!from.version) return invalid_argument("there is no version of " + set.table->store->describe() + " at or after the time where the changes are to begin");
    return invalid_argument("the changes are to begin at version " + std::to_string(options.from_version) + ", after their end at version " +
                            std::to_string(now.version()));
  }
  DS_ASSIGN_OR_RETURN(auto feed, delta::ChangeFeed::open(set.table->store, options, access.environment()));
  DS_RETURN_IF_ERROR(check_compatible(feed.table(), now));
  for (;;) {
    DS_ASSIGN_OR_RETURN(auto version, feed.next());
    if (!version) return set;
    DS_RETURN_IF_ERROR(check_compatible(feed.table(), now));
    for (auto& file : version->files) set.entries.push_back({std::move(file), version->version, version->timestamp_ms});
  }
}

}  // namespace deltastream::engine

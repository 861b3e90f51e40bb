#include "engine/delta_scan/change_set.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/exception.h"
#include "delta/history.h"

namespace deltastream::engine {
namespace {

Result<int64_t> first_version(const TableAccess& access, const std::shared_ptr<storage::ObjectStore>& store, const ChangeBound& from) {
  if (from.version) return *from.version;
  // Commits carry milliseconds: one of the same millisecond may be earlier.
  const int64_t from_ms = *from.timestamp_us / 1000 + (*from.timestamp_us % 1000 > 0 ? 1 : 0);
  return delta::first_version_from(store, from_ms, access.environment());
}

// A partition column that was widened later: the log's text is read anew, so that a float's digits become those of a double.
Status widen_partitions(delta::ScanFile& file, const std::vector<LogicalType>& types) {
  DS_TRY_DUCKDB(
      for (size_t i = 0; i < types.size(); i++) {
        Value& value = file.partition_values[i];
        if (value.type() != types[i]) value = value.DefaultCastAs(LogicalType::VARCHAR).DefaultCastAs(types[i]);
      })
  return {};
}

std::vector<LogicalType> partition_types(const DeltaTable& table) {
  std::vector<LogicalType> types(table.snapshot.partition_columns().size());
  for (size_t i = 0; i < table.columns.size(); i++) {
    if (table.partition_index[i]) types[*table.partition_index[i]] = table.columns[i].type;
  }
  return types;
}

// What the columns of the change feed can hold in a file's rows; empty for other columns.
std::vector<Value> change_values(const ChangeEntry& entry, const std::string& column) {
  if (column == kCommitVersion) return {Value::BIGINT(entry.version)};
  if (column == kCommitTimestamp) return {Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(entry.timestamp_ms * 1000))};
  if (column != kChangeType) return {};
  switch (entry.change.kind) {
    case delta::ChangeKind::kInsert: return {Value("insert")};
    case delta::ChangeKind::kDelete: return {Value("delete")};
    case delta::ChangeKind::kPerRow: break;
  }
  // Another engine's change file may say other words than these four, in null or in capitals: nothing is known.
  return {};
}

bool commit_may_match(const ChangeEntry& entry, const std::vector<delta::Predicate>& predicates) {
  return std::all_of(predicates.begin(), predicates.end(), [&](const delta::Predicate& predicate) {
    if (predicate.column.size() != 1) return true;
    const auto values = change_values(entry, predicate.column[0]);
    if (values.empty()) return true;
    auto comparable = [&](const Value& wanted) { return wanted.type() == values[0].type(); };
    if (!std::all_of(predicate.values.begin(), predicate.values.end(), comparable)) return true;
    return delta::value_may_match(predicate, values[0]);
  });
}

// The table as of the end of the changes: the newest version where they are to end with one still to come, as Spark has it.
Result<std::shared_ptr<DeltaTable>> open_last(const TableAccess& access, const std::string& location, const TimeTravel& last) {
  auto table = access.open(location, last, delta::LoadFiles::kNone);
  if (table.ok() || !last.version || table.error().kind() != ErrorKind::kNotFound) return table;
  auto newest = access.open(location, {}, delta::LoadFiles::kNone);
  return newest.ok() && (*newest)->snapshot.version() < *last.version ? std::move(newest) : std::move(table);
}

}  // namespace

Result<ChangeSet> read_changes(const TableAccess& access, const std::string& location, ChangeRange range) {
  ChangeSet set;
  TimeTravel last;
  if (range.to) last = {range.to->version, range.to->timestamp_us};
  if (range.catalog) {
    DS_ASSIGN_OR_RETURN(set.table, access.open_by_catalog(location, last, std::move(*range.catalog), delta::LoadFiles::kNone));
  } else {
    DS_ASSIGN_OR_RETURN(set.table, open_last(access, location, last));
  }
  const delta::Snapshot& now = set.table->snapshot;
  delta::ChangeFeedOptions options;
  DS_ASSIGN_OR_RETURN(options.from_version, first_version(access, set.table->store, range.from));
  options.to_version = now.version();
  set.from_version = options.from_version;
  if (options.from_version > now.version()) {
    if (!range.from.version) return invalid_argument("there is no version of " + set.table->store->describe() + " at or after the time where the changes are to begin");
    const bool ends_there = range.to && (range.to->timestamp_us || *range.to->version == now.version());
    return invalid_argument(fmt::format("the changes are to begin at version {}, {} {}", options.from_version,
                                        ends_there ? "after their end at version" : "but the newest of " + set.table->store->describe() + " is", now.version()));
  }
  DS_ASSIGN_OR_RETURN(auto feed, delta::ChangeFeed::open(set.table->store, options, access.environment()));
  DS_RETURN_IF_ERROR(delta::check_changes_readable_as(feed.table(), now));
  const std::vector<LogicalType> types = partition_types(*set.table);
  for (;;) {
    DS_ASSIGN_OR_RETURN(auto version, feed.next());
    if (!version) return set;
    if (version->metadata_changed) DS_RETURN_IF_ERROR(delta::check_changes_readable_as(feed.table(), now));
    for (auto& file : version->files) {
      DS_RETURN_IF_ERROR(widen_partitions(file.file, types).context(feed.table().where() + ": file '" + file.file.path + "'"));
      set.entries.push_back({std::move(file), version->version, version->timestamp_ms});
    }
  }
}

Result<ChangePlan> plan_changes(const ChangeSet& changes, const std::vector<delta::Predicate>& predicates) {
  DS_ASSIGN_OR_RETURN(auto pruner, delta::FilePruner::create(changes.table->snapshot, predicates));
  ChangePlan plan;
  for (size_t i = 0; i < changes.entries.size(); i++) {
    const ChangeEntry& entry = changes.entries[i];
    if (!commit_may_match(entry, predicates)) {
      plan.skipped_by_commit++;
      continue;
    }
    switch (pruner.judge(entry.change.stats, entry.change.file.partition_values)) {
      case delta::SkipReason::kPartition: plan.skipped_by_partition++; break;
      case delta::SkipReason::kStatistics: plan.skipped_by_statistics++; break;
      case delta::SkipReason::kNone: plan.entries.push_back(i); break;
    }
  }
  return plan;
}

std::string ChangePlan::describe(const ChangeSet& changes) const {
  std::string text = fmt::format("{} of {} files in versions {} to {}", entries.size(), changes.entries.size(), changes.from_version, changes.table->snapshot.version());
  bool first = true;
  auto add = [&](size_t count, std::string_view reason) {
    if (count == 0) return;
    text += fmt::format("{}{} {}by {}", first ? ": " : ", ", count, first ? "skipped " : "", reason);
    first = false;
  };
  add(skipped_by_commit, "commit");
  add(skipped_by_partition, "partition values");
  add(skipped_by_statistics, "statistics");
  return text;
}

}  // namespace deltastream::engine

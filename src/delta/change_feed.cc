#include "delta/change_feed.h"

#include <fmt/format.h>

#include <algorithm>

#include "delta/features.h"
#include "delta/log.h"
#include "delta/log/change_collector.h"
#include "delta/log/commit_times.h"
#include "delta/schema_evolution.h"

namespace deltastream::delta {
namespace {

// The partition columns as the log's files name them.
std::vector<std::string> physical_partitions(const Snapshot& table, ColumnMappingMode mode) {
  std::vector<std::string> names;
  for (const std::string& name : table.partition_columns()) {
    const StructField* field = table.schema().find(name);
    names.push_back(field ? field->physical_name(mode) : name);
  }
  return names;
}

// Changes are told by commits, and read with the table as it was: both must still be there from `from_version` on. Where log cleanup took
// them away, names the first version from which on they are.
Status check_still_there(const LogListing& listing, int64_t from_version, int64_t newest, const std::string& where) {
  if (from_version > newest) return {};
  int64_t first = newest + 1;
  for (auto commit = listing.commits.rbegin(); commit != listing.commits.rend() && commit->version >= first - 1; ++commit) {
    if (commit->version == first - 1) first--;
  }
  first = std::max(first, earliest_version(listing).value_or(0));
  if (from_version >= first) return {};
  const bool cleaned = std::none_of(listing.commits.begin(), listing.commits.end(), [&](const CommitFile& commit) { return commit.version < from_version; });
  if (!cleaned) return {};   // a hole in the middle: whoever comes to it says so
  const std::string rest = first > newest ? "none are left" : fmt::format("the earliest that are left are those of version {}", first);
  return not_found(fmt::format("{}: the changes of version {} are no longer in the log, cleanup took them away: {}", where, from_version, rest));
}

}  // namespace

struct ChangeFeed::State {
  std::shared_ptr<storage::ObjectStore> store;
  ChangeFeedOptions options;
  Environment environment;
  Snapshot table;
  int64_t next;
  ActionParser parser;
  std::optional<CommitTimes> times;   // of the commits that were there when the feed began
  std::optional<int64_t> last_timestamp_ms;

  State(std::shared_ptr<storage::ObjectStore> store_, const ChangeFeedOptions& options_, const Environment& environment_, Snapshot table_)
      : store(std::move(store_)), options(options_), environment(environment_), table(std::move(table_)), next(options_.from_version) {}

  Result<std::optional<ChangeVersion>> read_next();
  Status check_enabled() const;
  Result<int64_t> timestamp(const ChangeCollector& collector);
};

ChangeFeed::ChangeFeed(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChangeFeed::ChangeFeed(ChangeFeed&&) noexcept = default;
ChangeFeed& ChangeFeed::operator=(ChangeFeed&&) noexcept = default;
ChangeFeed::~ChangeFeed() = default;

Result<ChangeFeed> ChangeFeed::open(std::shared_ptr<storage::ObjectStore> store, const ChangeFeedOptions& options, const Environment& environment) {
  if (options.from_version < 0) return invalid_argument("changes begin with version 0, not " + std::to_string(options.from_version));
  if (options.to_version && *options.to_version < options.from_version) {
    return invalid_argument("the changes asked for end with version " + std::to_string(*options.to_version) + ", before they begin with version " +
                            std::to_string(options.from_version));
  }
  SnapshotOptions snapshot;
  snapshot.files = LoadFiles::kNone;
  DS_ASSIGN_OR_RETURN(Snapshot table, Snapshot::open(store, snapshot, environment));
  int64_t newest = table.version();
  if (options.from_version > newest + 1 || options.to_version.value_or(0) > newest) {
    return not_found(store->describe() + " has no version " + std::to_string(std::max(options.from_version, options.to_version.value_or(0))) +
                     ": the newest is " + std::to_string(newest));
  }
  DS_ASSIGN_OR_RETURN(LogListing listing, list_log(*store, 0));
  DS_RETURN_IF_ERROR(check_still_there(listing, options.from_version, newest, store->describe()));
  std::optional<CommitTimes> times;
  if (!listing.commits.empty()) {
    DS_ASSIGN_OR_RETURN(times, CommitTimes::create(table, listing.commits));
  }
  if (options.from_version < newest) {
    snapshot.version = options.from_version;
    DS_ASSIGN_OR_RETURN(table, Snapshot::open(store, snapshot, environment));
  }
  auto state = std::make_unique<State>(std::move(store), options, environment, std::move(table));
  state->times = std::move(times);
  return ChangeFeed(std::move(state));
}

Status ChangeFeed::State::check_enabled() const {
  if (options.mode != ChangeMode::kChanges || table.property_is_true("delta.enableChangeDataFeed")) return {};
  return unsupported(table.where() + " does not keep its changes: set delta.enableChangeDataFeed = true, and ask for versions from then on");
}

Result<int64_t> ChangeFeed::State::timestamp(const ChangeCollector& collector) {
  if (times && next >= times->first_version() && next <= times->last_version()) return times->of(next);
  if (table.property_is_true("delta.enableInCommitTimestamps") && supports(table.protocol(), "inCommitTimestamp") && collector.in_commit_timestamp()) {
    return *collector.in_commit_timestamp();
  }
  DS_ASSIGN_OR_RETURN(storage::ObjectMeta commit, store->head(commit_path(next)));
  return last_timestamp_ms ? std::max(commit.modified_ms, *last_timestamp_ms + 1) : commit.modified_ms;
}

Result<std::optional<ChangeVersion>> ChangeFeed::State::read_next() {
  if (options.to_version && next > *options.to_version) return std::optional<ChangeVersion>();
  auto lines = store->get(commit_path(next));
  if (!lines.ok()) {
    bool missing = lines.error().kind() == ErrorKind::kNotFound;
    if (missing && next > table.version() && !options.to_version) return std::optional<ChangeVersion>();
    if (missing) return not_found(fmt::format("{}: the commit of version {} is no longer in the log, so what it changed cannot be told", store->describe(), next));
    return std::move(lines).error();
  }
  // The table stands at the first version from the start; from then on it follows.
  if (table.version() < next) DS_RETURN_IF_ERROR(table.apply_commit(next, *lines));
  DS_RETURN_IF_ERROR(check_enabled());
  DS_ASSIGN_OR_RETURN(PartitionReader partitions, PartitionReader::create(table));
  ChangeCollector collector(partitions, *store);
  DS_RETURN_IF_ERROR(parser.parse(*lines, collector).context(store->describe() + "/" + commit_path(next)));
  std::optional<Snapshot> before;
  if (collector.asks_files_before() && next > 0) {
    SnapshotOptions all;
    all.version = next - 1;
    DS_ASSIGN_OR_RETURN(before, Snapshot::open(store, all, environment));
  }
  DS_ASSIGN_OR_RETURN(ChangeVersion changes, collector.finish(options.mode, before ? &before->files() : nullptr).context(table.where()));
  changes.version = next;
  DS_ASSIGN_OR_RETURN(changes.timestamp_ms, timestamp(collector));
  last_timestamp_ms = changes.timestamp_ms;
  next++;
  return std::optional<ChangeVersion>(std::move(changes));
}

Result<std::optional<ChangeVersion>> ChangeFeed::next() { return state_->read_next(); }
const Snapshot& ChangeFeed::table() const { return state_->table; }
int64_t ChangeFeed::next_version() const { return state_->next; }

Status check_changes_readable_as(const Snapshot& then, const Snapshot& now) {
  constexpr char kAdvice[] = "; read the range in two parts";
  // When mapping by name is switched on, files keep their names.
  const bool same_mapping = then.column_mapping() == now.column_mapping() ||
                            (then.column_mapping() == ColumnMappingMode::kNone && now.column_mapping() == ColumnMappingMode::kName);
  if (!same_mapping) return unsupported(then.where() + ": the mapping of columns changed within the range of changes" + kAdvice);
  if (physical_partitions(then, now.column_mapping()) != physical_partitions(now, now.column_mapping())) {
    return unsupported(then.where() + ": the partition columns changed within the range of changes" + kAdvice);
  }
  Status readable = check_readable_as(then.schema(), now.schema(), now.column_mapping());
  if (!readable.ok()) return unsupported(fmt::format("{}, against version {}: {}{}", then.where(), now.version(), readable.error().message(), kAdvice));
  return {};
}

}  // namespace deltastream::delta

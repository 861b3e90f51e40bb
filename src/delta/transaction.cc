#include "delta/transaction.h"

#include <set>

#include "delta/commit/put_commit.h"
#include "delta/features.h"
#include "delta/features/in_commit_timestamp.h"
#include "delta/features/row_tracking.h"

namespace deltastream::delta {
namespace {

Status check_request(const Snapshot& table, const AppendRequest& request) {
  std::set<std::string_view> names;
  std::set<std::string> partitions;
  for (const auto& column : table.partition_columns()) partitions.insert(table.schema().find(column)->physical_name(table.column_mapping()));
  for (const auto& add : request.adds) {
    if (!names.insert(add.path).second) return invalid_argument("the file '" + add.path + "' is added twice");
    bool same = add.partition_values.size() == partitions.size();
    for (const auto& [column, value] : add.partition_values) same = same && partitions.count(column) == 1;
    if (!same) return invalid_argument("the file '" + add.path + "' was not written for the partition columns of " + table.where());
  }
  names.clear();
  for (const auto& txn : request.txns) {
    if (!names.insert(txn.app_id).second) return invalid_argument("the application '" + txn.app_id + "' is named twice");
  }
  return {};
}

template <class Action>
void append_line(const Action& action, std::string& out) {
  append_json(action, out);
  out += '\n';
}

// What the table looked like when the caller decided to commit.
class StartingPoint {
 public:
  StartingPoint(const Snapshot& table, const AppendRequest& request)
      : version_(table.version()), protocol_(table.protocol()), metadata_(table.metadata()) {
    for (const auto& txn : request.txns) {
      auto found = table.txns().find(txn.app_id);
      if (found != table.txns().end()) txns_[txn.app_id] = found->second;
    }
  }

  // conflict when concurrent commits up to the table's version forbid the append; blind appends bear anything else.
  Status check(const Snapshot& table, const AppendRequest& request) const {
    auto changed = [&](const std::string& what) {
      return conflict(table.where() + ": " + what + " between version " + std::to_string(version_) + " and this one");
    };
    if (table.protocol() != protocol_) return changed("a concurrent commit changed the protocol");
    if (table.metadata() != metadata_) return changed("a concurrent commit changed the schema or the properties");
    for (const auto& txn : request.txns) {
      auto before = txns_.find(txn.app_id);
      auto now = table.txns().find(txn.app_id);
      bool was = before != txns_.end(), is = now != table.txns().end();
      if (!is && !was) continue;
      if (is && was && now->second.version == before->second.version && now->second.last_updated == before->second.last_updated) continue;
      return changed("a concurrent commit of the application '" + txn.app_id + "' moved it to " + (is ? std::to_string(now->second.version) : "nothing"));
    }
    return {};
  }

 private:
  int64_t version_;
  Protocol protocol_;
  Metadata metadata_;
  std::map<std::string, Txn> txns_;
};

CommitInfo append_info(const Snapshot& table, const AppendRequest& request, const Environment& environment) {
  CommitInfo info;
  info.operation = request.operation;
  info.operation_parameters = request.operation_parameters;
  info.operation_metrics = request.operation_metrics;
  info.engine_info = request.engine_info;
  info.user_metadata = request.user_metadata;
  info.txn_id = environment.random->uuid();
  info.read_version = table.version();
  info.is_blind_append = true;
  return info;
}

// The lines of the commit as the version after `table`. `files` holds the adds where they do not depend on the version.
Result<std::string> commit_lines(const Snapshot& table, const AppendRequest& request, CommitInfo& info, const std::string& files) {
  const int64_t version = table.version() + 1;
  DS_ASSIGN_OR_RETURN(int64_t timestamp, next_commit_timestamp(table));
  info.timestamp = timestamp;
  if (writes_in_commit_timestamps(table)) info.in_commit_timestamp = timestamp;
  std::string lines;
  lines.reserve(files.size() + 1024);
  append_line(info, lines);
  for (Txn txn : request.txns) {
    txn.last_updated = timestamp;
    append_line(txn, lines);
  }
  if (!assigns_row_ids(table)) return lines + files;
  if (request.adds.empty()) return lines;
  std::vector<Add> adds = request.adds;
  DS_ASSIGN_OR_RETURN(DomainMetadata mark, assign_row_ids(table, version, adds));
  append_line(mark, lines);
  for (const auto& add : adds) append_line(add, lines);
  return lines;
}

// The commit stands whatever happens here: a snapshot that cannot follow finds it when it refreshes.
void follow(Snapshot& table, int64_t version, std::string lines) {
  auto applied = table.apply_commit(version, std::move(lines));
  if (!applied.ok()) table.environment().logger->warn(table.where() + ": the snapshot does not follow the commit just made: " + applied.error().describe());
}

}  // namespace

Result<CommitResult> commit_append(Snapshot& table, const AppendRequest& request) {
  DS_RETURN_IF_ERROR(check_writable(table.protocol(), table.metadata(), table.schema(), table.where()));
  DS_RETURN_IF_ERROR(check_request(table, request));
  const StartingPoint start(table, request);
  CommitInfo info = append_info(table, request, table.environment());
  std::string files;
  if (!assigns_row_ids(table)) {
    for (const auto& add : request.adds) append_line(add, files);
  }
  for (uint32_t attempt = 1;; attempt++) {
    const int64_t version = table.version() + 1;
    DS_ASSIGN_OR_RETURN(std::string lines, commit_lines(table, request, info, files));
    DS_ASSIGN_OR_RETURN(PutOutcome outcome, put_commit(*table.store(), version, lines, info.txn_id));
    if (outcome == PutOutcome::kCommitted) {
      follow(table, version, std::move(lines));
      return CommitResult{version, *info.timestamp, attempt};
    }
    DS_ASSIGN_OR_RETURN(bool moved, table.refresh());
    if (!moved) return corrupt(table.where() + ": version " + std::to_string(version) + " is taken, but the log does not lead there");
    DS_RETURN_IF_ERROR(start.check(table, request));
    if (attempt >= request.max_attempts) {
      return conflict(table.where() + ": " + std::to_string(attempt) + " versions in a row went to concurrent writers");
    }
  }
}

}  // namespace deltastream::delta

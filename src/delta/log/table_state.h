#pragma once
// What replay of the log has brought together for one version of a table. Plain data; one thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "delta/actions.h"
#include "delta/commit_stamp.h"
#include "delta/features.h"
#include "delta/file_set.h"
#include "delta/schema.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

struct TableState {
  int64_t version = -1;
  std::optional<Protocol> protocol;
  std::optional<Metadata> metadata;
  std::map<std::string, Txn> txns;
  std::map<std::string, DomainMetadata> domains;  // live ones
  std::optional<int64_t> in_commit_timestamp;     // of this version's own commit
  std::optional<CommitStamp> stamp;               // of this version's own commit

  // Both stay empty when files are not held.
  bool holds_files = false;
  FileSet files;
  FileSet tombstones;
  // Checkpoint files that keep the statistics of their adds: what StatisticsPlace::source counts.
  std::vector<StatisticsSource> left_statistics;
  // Without files: kept up where it can be exact.
  std::optional<FileTotals> totals;

  // Follow from protocol and metadata.
  Schema schema;
  ColumnMappingMode column_mapping = ColumnMappingMode::kNone;
};

// Checks that the state is one we can read, and fills what follows from protocol and metadata. `where` names table and
// version in messages.
Status settle(TableState& state, const std::string& where, LogAccess access);

// Whether the table's commits carry the timestamps that count.
bool uses_in_commit_timestamps(const TableState& state);

}  // namespace deltastream::delta

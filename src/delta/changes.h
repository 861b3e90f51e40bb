#pragma once
// What one commit did to a table's rows, for readers that follow its log. Reads the store; thread-safe.
// Errors: corrupt for a broken commit, naming its file.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "delta/actions.h"
#include "delta/scan.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

struct VersionChanges {
  int64_t version = 0;
  std::vector<Add> adds;         // those that change data, in the order of the commit
  size_t removed_files = 0;      // those whose removal changes data: rows were deleted or rewritten
  bool changes_table = false;    // protocol or metadata
  std::string operation;         // as the commit says it, or ""
};

// nullopt when there is no such version (yet).
Result<std::optional<VersionChanges>> read_changes(storage::ObjectStore& store, int64_t version);

// The added files as a scan reads them. `table`: the snapshot of that version, or of an earlier one with the same metadata.
Result<std::vector<ScanFile>> added_files(const Snapshot& table, const VersionChanges& changes);

}  // namespace deltastream::delta

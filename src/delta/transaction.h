#pragma once
// Commits. A commit is whole or absent: put-if-absent of the next version's file decides, and where the outcome is not
// known it is read back and recognised by its commitInfo.txnId.
// Errors: conflict (with what) when a concurrent commit forbids ours; commit state unknown when even reading back failed:
// then the txn actions in the log tell; unsupported, by name, for tables whose features we cannot honour when writing.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "common/environment.h"
#include "common/result.h"
#include "delta/actions.h"
#include "delta/schema.h"
#include "delta/snapshot.h"
#include "storage/object_store.h"

namespace deltastream::delta {

inline constexpr const char kEngineInfo[] = "deltastream/0.1.0";

struct CreateTableRequest {
  Schema schema;                               // Schema::from_fields() for plain columns
  std::vector<std::string> partition_columns;  // in partition order, names of the schema
  StringMap properties;                        // "delta.checkpointInterval" = "20", "delta.feature.X" = "supported", own keys
  std::string name;
  std::string comment;
  std::string engine_info = kEngineInfo;
};

// Writes version 0. already exists when there is a table. The snapshot returned holds no files (LoadFiles::kNone).
Result<Snapshot> create_table(std::shared_ptr<storage::ObjectStore> store, const CreateTableRequest& request,
                              const Environment& environment = {});

struct AppendRequest {
  std::vector<Add> adds;
  std::vector<Txn> txns;                       // lastUpdated is filled in
  std::string operation = "WRITE";             // "STREAMING UPDATE" for streams
  StringMap operation_parameters;              // e.g. mode = Append
  StringMap operation_metrics;
  std::string user_metadata;
  std::string engine_info = kEngineInfo;
  uint32_t max_attempts = 100;                 // versions lost to concurrent writers before giving up with conflict
};

struct CommitResult {
  int64_t version = 0;
  int64_t timestamp_ms = 0;
  uint32_t attempts = 1;
};

// Commits after the newest version. `table` is where the search for it starts, and is moved to the committed version
// without reading it again. A concurrent commit that changes protocol or metadata, or moves one of our txn appIds, is a
// conflict; the caller refreshes, looks and decides.
Result<CommitResult> commit_append(Snapshot& table, const AppendRequest& request);

}  // namespace deltastream::delta

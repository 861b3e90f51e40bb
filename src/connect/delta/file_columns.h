#pragma once
// How the columns that a query reads stand in the files of one version of a Delta table. Immutable; shared by readers.
// Errors: not found for columns that the table lacks (with the nearest), invalid argument for types that do not fit.
// With the change feed the rows have three columns more, as METADATA or by their names: what the change is, of which version,
// and when that was committed.

#include <string>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/snapshot.h"
#include "format/parquet.h"
#include "stream/endpoint.h"

namespace deltastream::connect::delta_table {

struct FileColumns {
  struct Partition {
    size_t target;  // in the rows asked for
    size_t index;   // in the table's partition columns
    LogicalType type;
  };
  enum class Change { kType, kVersion, kTimestamp };
  struct ChangeColumn {
    size_t target;
    Change what;
    LogicalType type;
  };
  std::vector<format::ParquetReadColumn> read;  // of the files; structs spell the physical names of their fields
  std::vector<format::ParquetWriteOptions::FieldId> ids;  // of what lies in them, where the table finds columns by field id
  std::vector<LogicalType> types;               // the same as asked for
  std::vector<size_t> targets;                  // where they go
  std::vector<Partition> partitions;
  std::vector<ChangeColumn> changes;
};

// What may stand in METADATA columns, comma separated.
inline constexpr std::string_view kMetadataColumns = "_change_type,_commit_version,_commit_timestamp";

Result<FileColumns> file_columns(const std::string& table, const std::vector<engine::SourceColumn>& columns, const delta::Snapshot& snapshot,
                                 bool change_feed);

}  // namespace deltastream::connect::delta_table

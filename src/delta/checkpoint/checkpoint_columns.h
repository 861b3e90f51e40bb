#pragma once
// The columns of a checkpoint file: one struct for each kind of action, all of it nullable. Immutable.

#include <cstdint>
#include <vector>

#include "common/chunk.h"
#include "delta/snapshot.h"

namespace deltastream::delta {

// Positions of the columns of a checkpoint.
enum class CheckpointColumn : size_t { kTxn, kAdd, kRemove, kMetadata, kProtocol, kDomain, kCheckpointMetadata };

// A leaf of the table's statistics.
struct StatisticsLeaf {
  std::vector<std::string> path;   // physical names
  LogicalType type;
  bool bounds = false;             // has min and max
};

struct CheckpointLayout {
  std::vector<Field> columns;      // kCheckpointMetadata only where `v2`
  bool v2 = false;
  bool stats_text = true;
  // Typed copies of partition values and statistics, for readers that ask for them.
  std::vector<Field> parsed_partitions;
  std::vector<StatisticsLeaf> parsed_statistics;
  LogicalType parsed_partitions_type, parsed_statistics_type;
};

// What the table's properties and features ask for. Errors: unsupported for types that have no vector form.
Result<CheckpointLayout> checkpoint_layout(const Snapshot& table);

}  // namespace deltastream::delta

#pragma once
// What the log says of each file of a scan, in the form DuckDB answers count(*), min and max from without reading.
// Pure over the plan; the statistics of a file are read only when a column is asked for.

#include "duckdb/function/partition_stats.hpp"
#include "engine/delta_scan/file_list.h"

namespace deltastream::engine {

// One entry a file with rows; none at all where the rows of some file are not known.
duckdb::vector<duckdb::PartitionStatistics> log_statistics(const DeltaFileList& files);

}  // namespace deltastream::engine

#pragma once
// What the log says of the files of a scan, in the forms that DuckDB answers count(*), min and max from without reading, and
// simplifies expressions by.
// Pure over the plan; the statistics of a file are read only when a column is asked for.

#include "duckdb/function/partition_stats.hpp"
#include "duckdb/storage/statistics/base_statistics.hpp"
#include "engine/delta_scan/file_list.h"

namespace deltastream::engine {

// One entry for all files; none where there are no rows, or where those of some file are not known.
duckdb::vector<duckdb::PartitionStatistics> log_statistics(const DeltaFileList& files);

// What holds for a column in all files of a scan: bounds, and that there are no nulls. DuckDB computes without checks for overflow or nulls
// where they rule those out. Null where the log does not tell.
duckdb::unique_ptr<duckdb::BaseStatistics> column_statistics(const DeltaFileList& files, size_t column);

}  // namespace deltastream::engine

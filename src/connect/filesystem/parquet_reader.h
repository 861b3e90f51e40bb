#pragma once
// Reads one Parquet file. The offset of a split is the number of the next row; the state is "end" when it has been read.

#include <memory>

#include "common/environment.h"
#include "common/result.h"
#include "connect/filesystem/fixed_columns.h"
#include "stream/endpoint.h"

namespace deltastream::connect::filesystem {

// Errors: not found, corrupt (no Parquet, or fewer rows than `position`), invalid argument when a column does not fit.
Result<std::unique_ptr<stream::SplitReader>> open_parquet_file(const stream::SourceRequest& request,
                                                               const std::vector<std::string>& partitioned_by, const std::string& path,
                                                               FixedColumns fixed, const std::optional<stream::SplitPosition>& position,
                                                               const Environment& environment);

}  // namespace deltastream::connect::filesystem

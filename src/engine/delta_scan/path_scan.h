#pragma once
// FROM '/lake/t': a path that stands in the place of a table's name and leads to a Delta table becomes delta_scan('/lake/t'). A
// path of the local disk leads to one when it holds a _delta_log; one of an object store unless it ends as a data file does, so
// that nothing is asked of the store before the scan. Names that are known are never looked at, nor what is not granted.

#include <memory>

namespace duckdb {
struct DBConfig;
}

namespace deltastream::engine {

class TableAccess;

// Before the database is made.
void register_path_scan(duckdb::DBConfig& config, std::shared_ptr<const TableAccess> access);

}  // namespace deltastream::engine

#pragma once
// table_changes(t, from [, to] [, catalog_version => n, catalog_commits => […]]): the rows that came and went in a range of versions or times, with _change_type,
// _commit_version and _commit_timestamp. t is a path or the name of a table in an attached folder.

#include <memory>

#include "engine/delta_scan/table.h"

namespace duckdb {
class ExtensionLoader;
}

namespace deltastream::engine {

void register_table_changes(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access);

}  // namespace deltastream::engine

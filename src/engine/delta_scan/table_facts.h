#pragma once
// Facts about a table as rows: delta_history(t), delta_detail(t), delta_properties(t), where t is a path or the name of a
// table in an attached folder. DESCRIBE HISTORY, DESCRIBE DETAIL and SHOW TBLPROPERTIES are these.

#include <memory>

#include "engine/delta_scan/table.h"

namespace duckdb {
class ExtensionLoader;
}

namespace deltastream::engine {

void register_table_facts(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access);

}  // namespace deltastream::engine

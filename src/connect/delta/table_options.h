#pragma once
// What source and sink read of a Delta table's options. Pure functions.

#include <string>
#include <vector>

#include "connect/table.h"

namespace deltastream::connect::delta_table {

// The one of table_path, table-path and path that is given, resolved. Invalid argument when none or more than one is.
Result<std::string> table_location(const engine::TableDefinition& table, const Options& options, const ConnectorContext& context);

// PARTITIONED BY and the option 'partitions' say the same, or only one of them is there; else invalid argument.
Result<std::vector<std::string>> partition_columns(const engine::TableDefinition& table, const Options& options);

}  // namespace deltastream::connect::delta_table

#pragma once
// delta_scan(path, version => n, timestamp => t, catalog_version => n, catalog_commits => […]): DuckDB's Parquet scan over the
// files of one table version.
// Registered once a database; the functions live as long as it and hold on to the access.

#include <memory>

#include "duckdb/function/table_function.hpp"
#include "engine/delta_scan/change_set.h"
#include "engine/delta_scan/table.h"

namespace duckdb {
class ExtensionLoader;
}

namespace deltastream::engine {

void register_delta_scan(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access);

// What one scan reads: a version of a table, or the changes between versions.
struct ScanTarget {
  std::shared_ptr<const DeltaTable> table;
  std::shared_ptr<const ChangeSet> changes;
  duckdb::optional_ptr<duckdb::TableCatalogEntry> entry;   // of an attached table
};

// For functions that scan what they find out in their own bind: DuckDB's Parquet scan with our reader behind it.
duckdb::TableFunction make_scan_function(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access, const std::string& name,
                                         duckdb::vector<LogicalType> arguments, duckdb::table_function_bind_t bind);
const TableAccess& scan_access(const duckdb::TableFunctionInfo& info);
duckdb::unique_ptr<duckdb::FunctionData> bind_scan_target(duckdb::ClientContext& context, duckdb::TableFunctionBindInput& input, ScanTarget target,
                                                          duckdb::vector<LogicalType>& types, duckdb::vector<std::string>& names);

// What a bound scan needs, for whoever binds one without SQL: the function and its data, for an opened table.
struct BoundScan {
  duckdb::unique_ptr<duckdb::TableFunction> function;
  duckdb::unique_ptr<duckdb::FunctionData> data;
};
// `entry` is the table's entry in a catalog, which lives as long as the transaction.
BoundScan bind_scan(duckdb::ClientContext& context, std::shared_ptr<const DeltaTable> table, duckdb::TableCatalogEntry& entry);
// The columns that are there without being named by *.
duckdb::virtual_column_map_t scan_virtual_columns();

}  // namespace deltastream::engine

#pragma once
// delta_scan(path, version => n, timestamp => t): DuckDB's Parquet scan over the files of one table version.
// Registered once a database; the functions live as long as it and hold on to the access.

#include <memory>

#include "duckdb/common/helper.hpp"
#include "duckdb/common/table_column.hpp"
#include "engine/delta_scan/table.h"

namespace duckdb {
class ClientContext;
class ExtensionLoader;
class TableCatalogEntry;
class TableFunction;
struct FunctionData;
}  // namespace duckdb

namespace deltastream::engine {

void register_delta_scan(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access);

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

#pragma once
// Scalar functions of our own that the planner's DuckDB instance knows: window markers, and Flink's functions that are not one
// expression of DuckDB's.

namespace duckdb {
class DatabaseInstance;
struct CreateInfo;
struct CreateFunctionInfo;
}  // namespace duckdb

namespace deltastream::engine::plan {

void register_functions(duckdb::DatabaseInstance& database);
void register_in_system_catalog(duckdb::DatabaseInstance& database, duckdb::CreateFunctionInfo& info);

}  // namespace deltastream::engine::plan

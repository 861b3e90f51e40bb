#pragma once
// How a declared table stands in DuckDB's planner: a table function that only binds, so that projections – down to the fields of ROWs –
// come to rest in its LogicalGet. It is never executed.

#include <memory>
#include <vector>

#include "engine/catalog.h"

namespace duckdb {
class DatabaseInstance;
}

namespace deltastream::engine::plan {

inline constexpr const char* kSourceFunction = "__stream_source";
// Wraps a table's watermark column; vanishes when the plan is lowered.
inline constexpr const char* kRowtimeFunction = "__rowtime";

// A table as one query sees it.
struct SourceTable {
  const TableDefinition* definition = nullptr;
  bool bounded = false;
  // Physical and metadata columns, as the function returns them.
  std::vector<const ColumnDefinition*> columns;
};

// The tables of the query that is being planned; the function's argument is an index into them.
struct SourceTables {
  std::vector<std::shared_ptr<const SourceTable>> tables;
};

void register_source_function(duckdb::DatabaseInstance& database, std::shared_ptr<SourceTables> tables);

}  // namespace deltastream::engine::plan

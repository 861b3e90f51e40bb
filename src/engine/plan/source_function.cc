#include "duckdb/function/table_function.hpp"

#include "duckdb/catalog/catalog.hpp"
#include "duckdb/parser/parsed_data/create_table_function_info.hpp"

#include "engine/plan/functions.h"
#include "engine/plan/source_bind_data.h"
#include "engine/plan/source_function.h"

namespace deltastream::engine::plan {
namespace {

struct SourceFunctionInfo : duckdb::TableFunctionInfo {
  explicit SourceFunctionInfo(std::shared_ptr<SourceTables> t) : tables(std::move(t)) {}
  std::shared_ptr<SourceTables> tables;
};

duckdb::unique_ptr<duckdb::FunctionData> bind_source(duckdb::ClientContext&, duckdb::TableFunctionBindInput& input,
                                                     duckdb::vector<LogicalType>& types, duckdb::vector<duckdb::string>& names) {
  auto& tables = input.info->Cast<SourceFunctionInfo>().tables->tables;
  auto table = tables.at(input.inputs[0].GetValue<uint64_t>());
  for (const ColumnDefinition* column : table->columns) {
    names.push_back(column->name);
    types.push_back(column->type);
  }
  return duckdb::make_uniq<SourceBindData>(std::move(table));
}

// An unbounded table counts as large, so that the join order keeps it on the probing side.
duckdb::unique_ptr<duckdb::NodeStatistics> source_cardinality(duckdb::ClientContext&, const duckdb::FunctionData* data) {
  bool bounded = data->Cast<SourceBindData>().table->bounded;
  return duckdb::make_uniq<duckdb::NodeStatistics>(bounded ? 100'000 : 1'000'000'000);
}

bool extracts_fields(const duckdb::FunctionData& data, const duckdb::LogicalIndex& index) {
  const auto& columns = data.Cast<SourceBindData>().table->columns;
  return index.index < columns.size() && columns[index.index]->kind == ColumnKind::kPhysical;
}

void never_executed(duckdb::ClientContext&, duckdb::TableFunctionInput&, DataChunk&) {
  throw duckdb::InternalException("a stream's source is planned only");
}

}  // namespace

void register_source_function(duckdb::DatabaseInstance& database, std::shared_ptr<SourceTables> tables) {
  duckdb::TableFunction function(kSourceFunction, {LogicalType::UBIGINT}, never_executed, bind_source);
  function.projection_pushdown = true;
  function.cardinality = source_cardinality;
  function.supports_pushdown_extract = extracts_fields;
  function.verify_serialization = false;
  function.function_info = duckdb::make_shared_ptr<SourceFunctionInfo>(std::move(tables));
  duckdb::CreateTableFunctionInfo info(std::move(function));
  register_in_system_catalog(database, info);
}

}  // namespace deltastream::engine::plan

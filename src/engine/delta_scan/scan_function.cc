#include "engine/delta_scan/scan_function.h"

#include "duckdb/catalog/catalog_entry/table_function_catalog_entry.hpp"
#include "duckdb/common/multi_file/multi_file_function.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "engine/batch/errors.h"
#include "engine/delta_scan/catalog_answer.h"
#include "engine/delta_scan/checked_transport.h"
#include "engine/delta_scan/file_list.h"
#include "engine/delta_scan/file_reader.h"
#include "engine/delta_scan/log_statistics.h"

namespace deltastream::engine {
namespace {

using duckdb::ClientContext;
using duckdb::FunctionData;
using duckdb::idx_t;

struct ScanInfo final : duckdb::TableFunctionInfo {
  std::shared_ptr<const TableAccess> access;
  ScanTarget target;  // once bound
  duckdb::table_function_bind_t parquet_bind = nullptr;
};

const DeltaFileList& file_list(const FunctionData& data) { return data.Cast<duckdb::MultiFileBindData>().file_list->Cast<DeltaFileList>(); }

duckdb::unique_ptr<duckdb::MultiFileReader> make_reader(const duckdb::TableFunction& function) {
  const auto& info = function.function_info->Cast<ScanInfo>();
  return duckdb::make_uniq<DeltaFileReader>(info.access, info.target);
}

TimeTravel travel_of(const duckdb::named_parameter_map_t& parameters) {
  TimeTravel travel;
  for (const auto& [name, value] : parameters) {
    if (value.IsNull()) batch::throw_error(invalid_argument("the parameter '" + name + "' of delta_scan is null"));
    if (name == "version") travel.version = value.GetValue<int64_t>();
    if (name == "timestamp") travel.timestamp_us = value.GetValue<duckdb::timestamp_tz_t>().value;
  }
  if (travel.version && travel.timestamp_us) batch::throw_error(invalid_argument("delta_scan takes a version or a timestamp, not both"));
  return travel;
}

duckdb::unique_ptr<FunctionData> bind(ClientContext& context, duckdb::TableFunctionBindInput& input, duckdb::vector<LogicalType>& types,
                                      duckdb::vector<std::string>& names) {
  const auto& info = input.info->Cast<ScanInfo>();
  if (input.inputs[0].IsNull()) batch::throw_error(invalid_argument("delta_scan needs the path of a table"));
  const std::string location = duckdb::StringValue::Get(input.inputs[0]);
  const TimeTravel travel = travel_of(input.named_parameters);
  auto catalog = catalog_answer(input.named_parameters);
  auto table = batch::value_or_throw(catalog ? info.access->open_by_catalog(location, travel, std::move(*catalog)) : info.access->open(location, travel));
  return bind_scan_target(context, input, {std::move(table), nullptr, nullptr}, types, names);
}

duckdb::vector<duckdb::PartitionStatistics> statistics_of_files(ClientContext&, duckdb::GetPartitionStatsInput& input) {
  return log_statistics(file_list(*input.bind_data));
}

duckdb::unique_ptr<duckdb::BaseStatistics> statistics_of_column(ClientContext&, duckdb::TableFunctionGetStatisticsInput& input) {
  if (input.column_index.HasChildren() || input.column_index.IsVirtualColumn()) return nullptr;
  return column_statistics(file_list(*input.bind_data), input.column_index.GetPrimaryIndex());
}

duckdb::InsertionOrderPreservingMap<std::string> describe(duckdb::TableFunctionToStringInput& input) {
  duckdb::InsertionOrderPreservingMap<std::string> result;
  if (!input.bind_data) return result;
  const DeltaFileList& files = file_list(*input.bind_data);
  result["Table"] = files.table().snapshot.where();
  result[files.changes() ? "Changes" : "Files"] = files.describe();
  return result;
}

duckdb::virtual_column_map_t virtual_columns(ClientContext&, duckdb::optional_ptr<FunctionData> data) {
  auto& bind_data = data->Cast<duckdb::MultiFileBindData>();
  bind_data.virtual_columns = scan_virtual_columns();
  return bind_data.virtual_columns;
}

// Only scans of attached tables have one.
duckdb::BindInfo catalog_entry(const duckdb::optional_ptr<FunctionData> data) {
  auto entry = data->Cast<duckdb::MultiFileBindData>().multi_file_reader->Cast<DeltaFileReader>().catalog_entry();
  return entry ? duckdb::BindInfo(*entry) : duckdb::BindInfo(duckdb::ScanType::EXTERNAL);
}

bool takes_expression(ClientContext&, const duckdb::LogicalGet&, duckdb::Expression&) { return true; }

}  // namespace

duckdb::TableFunction make_scan_function(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access, const std::string& name,
                                         duckdb::vector<LogicalType> arguments, duckdb::table_function_bind_t bind_function) {
  auto& parquet = loader.GetTableFunction("parquet_scan");
  // Its first overload takes one path, the second a list.
  duckdb::TableFunction function = parquet.functions.GetFunctionByOffset(0);
  auto info = duckdb::make_shared_ptr<ScanInfo>();
  info->access = std::move(access);
  info->parquet_bind = function.bind;
  function.name = name;
  function.arguments = std::move(arguments);
  function.named_parameters.clear();
  function.function_info = info;
  function.bind = bind_function;
  function.get_multi_file_reader = make_reader;
  function.get_virtual_columns = virtual_columns;
  function.get_partition_stats = statistics_of_files;
  function.statistics_extended = statistics_of_column;
  function.pushdown_expression = takes_expression;
  function.to_string = describe;
  function.get_bind_info = catalog_entry;
  // What these would use is known only to a scan that bound itself on its first file.
  function.statistics = nullptr;
  function.get_row_id_columns = nullptr;
  function.get_metrics = nullptr;
  function.serialize = nullptr;
  function.deserialize = nullptr;
  function.late_materialization = false;
  return function;
}

const TableAccess& scan_access(const duckdb::TableFunctionInfo& info) { return *info.Cast<ScanInfo>().access; }

// Binds the Parquet scan with the target in its info.
duckdb::unique_ptr<FunctionData> bind_scan_target(ClientContext& context, duckdb::TableFunctionBindInput& input, ScanTarget target,
                                                  duckdb::vector<LogicalType>& types, duckdb::vector<std::string>& names) {
  if (target.table->columns.empty() && !target.changes) {
    batch::throw_error(unsupported(target.table->snapshot.where() + " has no columns yet, so it cannot be read"));
  }
  auto bound = duckdb::make_shared_ptr<ScanInfo>(input.info->Cast<ScanInfo>());
  bound->target = std::move(target);
  duckdb::TableFunction function = input.table_function;
  function.function_info = bound;
  duckdb::vector<Value> inputs{Value(bound->target.table->location)};
  duckdb::named_parameter_map_t none;
  duckdb::TableFunctionBindInput inner(inputs, none, input.input_table_types, input.input_table_names, bound.get(), input.binder, function,
                                       input.ref);
  return bound->parquet_bind(context, inner, types, names);
}

void register_delta_scan(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access) {
  duckdb::DBConfig::GetConfig(loader.GetDatabaseInstance())
      .AddExtensionOption(kVerifyPageChecksums, "compare the pages of data files with the checksums that they carry", LogicalType::BOOLEAN, Value::BOOLEAN(true));
  duckdb::TableFunction function = make_scan_function(loader, std::move(access), "delta_scan", {LogicalType::VARCHAR}, bind);
  function.named_parameters = {{"version", LogicalType::BIGINT}, {"timestamp", LogicalType::TIMESTAMP_TZ}};
  add_catalog_parameters(function);
  loader.RegisterFunction(std::move(function));
}

duckdb::virtual_column_map_t scan_virtual_columns() {
  duckdb::virtual_column_map_t columns;
  columns.insert({duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILENAME, duckdb::TableColumn("filename", LogicalType::VARCHAR)});
  columns.insert({duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_INDEX, duckdb::TableColumn("file_index", LogicalType::UBIGINT)});
  columns.insert({duckdb::MultiFileReader::COLUMN_IDENTIFIER_FILE_ROW_NUMBER, duckdb::TableColumn("file_row_number", LogicalType::BIGINT)});
  columns.insert({duckdb::COLUMN_IDENTIFIER_EMPTY, duckdb::TableColumn("", LogicalType::BOOLEAN)});
  columns.insert({DeltaFileReader::kMetadataColumn, duckdb::TableColumn("_metadata", DeltaFileReader::metadata_type())});
  return columns;
}

BoundScan bind_scan(ClientContext& context, std::shared_ptr<const DeltaTable> table, duckdb::TableCatalogEntry& catalog_entry) {
  auto& entry = duckdb::Catalog::GetSystemCatalog(context).GetEntry<duckdb::TableFunctionCatalogEntry>(context, DEFAULT_SCHEMA, "delta_scan");
  BoundScan scan{duckdb::make_uniq<duckdb::TableFunction>(entry.functions.GetFunctionByOffset(0)), nullptr};
  duckdb::vector<Value> inputs;
  duckdb::named_parameter_map_t none;
  duckdb::vector<LogicalType> no_types, types;
  duckdb::vector<std::string> no_names, names;
  duckdb::TableFunctionRef ref;
  duckdb::TableFunctionBindInput input(inputs, none, no_types, no_names, scan.function->function_info.get(), nullptr, *scan.function, ref);
  scan.data = bind_scan_target(context, input, {std::move(table), nullptr, catalog_entry}, types, names);
  return scan;
}

}  // namespace deltastream::engine

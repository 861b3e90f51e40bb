#include "engine/delta_scan/table_facts.h"

#include <nlohmann/json.hpp>

#include "delta/history.h"
#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/attach/folder_catalog.h"
#include "engine/batch/errors.h"
#include "engine/delta_scan/catalog_answer.h"

namespace deltastream::engine {
namespace {

using duckdb::vector;
using Rows = std::vector<vector<Value>>;

Value text(const std::string& value) { return value.empty() ? Value(LogicalType::VARCHAR) : Value(value); }
Value time(std::optional<int64_t> ms) { return ms ? Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(*ms * 1000)) : Value(LogicalType::TIMESTAMP_TZ); }

LogicalType map_type() { return LogicalType::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR); }
Value map_of(const delta::StringMap& entries) {
  vector<Value> keys, values;
  for (const auto& [key, value] : entries) {
    keys.emplace_back(key);
    values.emplace_back(value);
  }
  return Value::MAP(LogicalType::VARCHAR, LogicalType::VARCHAR, std::move(keys), std::move(values));
}
Value list_of(const std::vector<std::string>& entries) {
  vector<Value> values;
  for (const auto& entry : entries) values.emplace_back(entry);
  return Value::LIST(LogicalType::VARCHAR, std::move(values));
}

// The table asked for, and what its catalog said of it.
struct Target {
  const TableAccess& access;
  std::string location;
  std::optional<delta::CatalogCommits> catalog;

  Result<std::shared_ptr<storage::ObjectStore>> store() const {
    DS_ASSIGN_OR_RETURN(auto published, access.open_store(location));
    return catalog ? delta::with_catalog_commits(std::move(published), *catalog) : std::move(published);
  }
  Result<std::shared_ptr<DeltaTable>> table() const { return catalog ? access.open_by_catalog(location, {}, *catalog) : access.open(location, {}); }
};

// The rows of one call, made when they are asked for: a LIMIT leaves the rest unread.
struct FactRows {
  size_t count = 0;
  std::function<Result<vector<Value>>(size_t)> row;
};
FactRows ready(Rows rows) {
  const size_t count = rows.size();
  return {count, [rows = std::move(rows)](size_t i) -> Result<vector<Value>> { return rows[i]; }};
}

// One of the functions: its columns, and the rows for a table.
struct Facts {
  const char* name;
  std::vector<Field> (*columns)();
  Result<FactRows> (*rows)(const Target& target);
};

std::vector<Field> history_columns() {
  return {{"version", LogicalType::BIGINT}, {"timestamp", LogicalType::TIMESTAMP_TZ}, {"operation", LogicalType::VARCHAR},
          {"operationParameters", map_type()}, {"readVersion", LogicalType::BIGINT}, {"isBlindAppend", LogicalType::BOOLEAN},
          {"operationMetrics", map_type()}, {"userMetadata", LogicalType::VARCHAR}, {"engineInfo", LogicalType::VARCHAR}};
}
vector<Value> history_row(const delta::HistoryEntry& entry) {
  const auto& info = entry.info;
  return {Value::BIGINT(entry.version), time(entry.timestamp_ms), text(info.operation), map_of(info.operation_parameters),
          info.read_version ? Value::BIGINT(*info.read_version) : Value(LogicalType::BIGINT),
          info.is_blind_append ? Value::BOOLEAN(*info.is_blind_append) : Value(LogicalType::BOOLEAN), map_of(info.operation_metrics),
          text(info.user_metadata), text(info.engine_info)};
}
Result<FactRows> history_rows(const Target& target) {
  DS_ASSIGN_OR_RETURN(auto store, target.store());
  DS_ASSIGN_OR_RETURN(auto opened, delta::History::open(std::move(store), target.access.environment()));
  auto history = std::make_shared<delta::History>(std::move(opened));
  return FactRows{history->size(), [history](size_t i) -> Result<vector<Value>> {
                    DS_ASSIGN_OR_RETURN(auto entry, history->entry(i));
                    return history_row(entry);
                  }};
}

std::vector<Field> detail_columns() {
  return {{"format", LogicalType::VARCHAR}, {"id", LogicalType::VARCHAR}, {"name", LogicalType::VARCHAR}, {"description", LogicalType::VARCHAR},
          {"location", LogicalType::VARCHAR}, {"createdAt", LogicalType::TIMESTAMP_TZ}, {"lastModified", LogicalType::TIMESTAMP_TZ},
          {"partitionColumns", LogicalType::LIST(LogicalType::VARCHAR)}, {"clusteringColumns", LogicalType::LIST(LogicalType::VARCHAR)},
          {"numFiles", LogicalType::BIGINT}, {"sizeInBytes", LogicalType::BIGINT}, {"properties", map_type()},
          {"minReaderVersion", LogicalType::INTEGER}, {"minWriterVersion", LogicalType::INTEGER},
          {"tableFeatures", LogicalType::LIST(LogicalType::VARCHAR)}, {"version", LogicalType::BIGINT}};
}

const std::string* display_name(const delta::Snapshot& snapshot, const std::string& physical) {
  for (const auto& field : snapshot.schema().fields) {
    if (field.physical_name(snapshot.column_mapping()) == physical) return &field.name;
  }
  return nullptr;
}

// The domain names physical columns, by path.
std::vector<std::string> clustering_columns(const delta::Snapshot& snapshot) {
  std::vector<std::string> names;
  const delta::DomainMetadata* domain = snapshot.domain("delta.clustering");
  auto json = domain ? nlohmann::json::parse(domain->configuration, nullptr, false) : nlohmann::json();
  if (!json.is_object() || !json.contains("clusteringColumns") || !json["clusteringColumns"].is_array()) return names;
  for (const auto& column : json["clusteringColumns"]) {
    std::string path;
    auto parts = column.is_array() ? column : nlohmann::json::array({column});
    for (const auto& part : parts) {
      if (!part.is_string()) continue;
      const std::string* shown = path.empty() ? display_name(snapshot, part.get<std::string>()) : nullptr;
      path += (path.empty() ? "" : ".") + (shown ? *shown : part.get<std::string>());
    }
    if (!path.empty()) names.push_back(path);
  }
  return names;
}

Result<FactRows> detail_rows(const Target& target) {
  DS_ASSIGN_OR_RETURN(auto table, target.table());
  const delta::Snapshot& snapshot = table->snapshot;
  const auto& metadata = snapshot.metadata();
  const auto& protocol = snapshot.protocol();
  std::vector<std::string> features = protocol.reader_features.value_or(std::vector<std::string>());
  for (const auto& feature : protocol.writer_features.value_or(std::vector<std::string>())) {
    if (std::find(features.begin(), features.end(), feature) == features.end()) features.push_back(feature);
  }
  std::sort(features.begin(), features.end());
  auto totals = snapshot.totals().value_or(delta::FileTotals());
  auto newest = delta::history(table->store, 1, target.access.environment());
  bool known = newest.ok() && !newest->empty() && newest->front().version == snapshot.version();
  vector<Value> row{Value("delta"), text(metadata.id), text(metadata.name), text(metadata.description), Value(table->store->describe()),
                    time(metadata.created_time), time(known ? std::optional(newest->front().timestamp_ms) : std::nullopt),
                    list_of(metadata.partition_columns), list_of(clustering_columns(snapshot)), Value::BIGINT(totals.files), Value::BIGINT(totals.bytes),
                    map_of(metadata.configuration), Value::INTEGER(protocol.min_reader_version), Value::INTEGER(protocol.min_writer_version),
                    list_of(features), Value::BIGINT(snapshot.version())};
  return ready({std::move(row)});
}

std::vector<Field> property_columns() { return {{"key", LogicalType::VARCHAR}, {"value", LogicalType::VARCHAR}}; }
Result<FactRows> property_rows(const Target& target) {
  DS_ASSIGN_OR_RETURN(auto table, target.table());
  delta::StringMap properties = table->snapshot.metadata().configuration;
  const auto& protocol = table->snapshot.protocol();
  properties["delta.minReaderVersion"] = std::to_string(protocol.min_reader_version);
  properties["delta.minWriterVersion"] = std::to_string(protocol.min_writer_version);
  for (const auto* features : {&protocol.reader_features, &protocol.writer_features}) {
    for (const auto& feature : features->value_or(std::vector<std::string>())) properties["delta.feature." + feature] = "supported";
  }
  Rows rows;
  for (const auto& [key, value] : properties) rows.push_back({Value(key), Value(value)});
  return ready(std::move(rows));
}

constexpr Facts kFacts[] = {
    {"delta_history", history_columns, history_rows},
    {"delta_detail", detail_columns, detail_rows},
    {"delta_properties", property_columns, property_rows},
};

struct FactsInfo final : duckdb::TableFunctionInfo {
  std::shared_ptr<const TableAccess> access;
  const Facts* facts = nullptr;
};
struct FactsData final : duckdb::TableFunctionData {
  FactRows rows;
};
struct FactsState final : duckdb::GlobalTableFunctionState {
  size_t next = 0;
  size_t chunk = 4;  // grows from chunk to chunk, up to a whole one
};

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& context, duckdb::TableFunctionBindInput& input, vector<LogicalType>& types,
                                              vector<std::string>& names) {
  const auto& info = input.info->Cast<FactsInfo>();
  if (input.inputs[0].IsNull()) batch::throw_error(invalid_argument(std::string(info.facts->name) + " needs the path or the name of a table"));
  std::string named = duckdb::StringValue::Get(input.inputs[0]);
  auto attached = named.find('/') == std::string::npos ? attached_location(context, named) : std::nullopt;
  auto data = duckdb::make_uniq<FactsData>();
  data->rows = batch::value_or_throw(info.facts->rows({*info.access, attached.value_or(named), catalog_answer(input.named_parameters)}));
  for (const Field& column : info.facts->columns()) {
    types.push_back(column.type);
    names.push_back(column.name);
  }
  return data;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> start(duckdb::ClientContext&, duckdb::TableFunctionInitInput&) {
  return duckdb::make_uniq<FactsState>();
}

void scan(duckdb::ClientContext&, duckdb::TableFunctionInput& input, DataChunk& output) {
  const FactRows& rows = input.bind_data->Cast<FactsData>().rows;
  auto& state = input.global_state->Cast<FactsState>();
  const size_t count = std::min(state.chunk, rows.count - state.next);
  for (size_t i = 0; i < count; i++, state.next++) {
    const auto row = batch::value_or_throw(rows.row(state.next));
    for (size_t column = 0; column < output.ColumnCount(); column++) output.SetValue(column, i, row[column]);
  }
  output.SetCardinality(count);
  state.chunk = std::min<size_t>(state.chunk * 2, kChunkRows);
}

}  // namespace

void register_table_facts(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access) {
  for (const Facts& facts : kFacts) {
    auto info = duckdb::make_shared_ptr<FactsInfo>();
    info->access = access;
    info->facts = &facts;
    duckdb::TableFunction function(facts.name, {LogicalType::VARCHAR}, scan, bind, start);
    function.function_info = info;
    add_catalog_parameters(function);
    loader.RegisterFunction(std::move(function));
  }
}

}  // namespace deltastream::engine

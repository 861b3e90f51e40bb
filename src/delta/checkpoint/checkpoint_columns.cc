#include "delta/checkpoint/checkpoint_columns.h"

#include <algorithm>

#include "delta/features.h"
#include "delta/table_properties.h"

namespace deltastream::delta {
namespace {

using Children = duckdb::child_list_t<LogicalType>;

const LogicalType kText = LogicalType::VARCHAR;
const LogicalType kLong = LogicalType::BIGINT;
const LogicalType kFlag = LogicalType::BOOLEAN;

LogicalType text_map() { return LogicalType::MAP(kText, kText); }
LogicalType text_list() { return LogicalType::LIST(kText); }

LogicalType deletion_vector() {
  return LogicalType::STRUCT({{"storageType", kText},
                              {"pathOrInlineDv", kText},
                              {"offset", LogicalType::INTEGER},
                              {"sizeInBytes", LogicalType::INTEGER},
                              {"cardinality", kLong}});
}

LogicalType add_type(const CheckpointLayout& layout) {
  Children children = {{"path", kText}, {"partitionValues", text_map()}, {"size", kLong}, {"modificationTime", kLong}, {"dataChange", kFlag},
                       {"tags", text_map()}, {"deletionVector", deletion_vector()}, {"baseRowId", kLong}, {"defaultRowCommitVersion", kLong},
                       {"clusteringProvider", kText}};
  if (layout.stats_text) children.emplace_back("stats", kText);
  if (!layout.parsed_partitions.empty()) children.emplace_back("partitionValues_parsed", layout.parsed_partitions_type);
  if (!layout.parsed_statistics.empty()) children.emplace_back("stats_parsed", layout.parsed_statistics_type);
  return LogicalType::STRUCT(std::move(children));
}

LogicalType remove_type() {
  return LogicalType::STRUCT({{"path", kText}, {"deletionTimestamp", kLong}, {"dataChange", kFlag}, {"extendedFileMetadata", kFlag},
                              {"partitionValues", text_map()}, {"size", kLong}, {"deletionVector", deletion_vector()}, {"baseRowId", kLong},
                              {"defaultRowCommitVersion", kLong}});
}

LogicalType metadata_type() {
  auto format = LogicalType::STRUCT({{"provider", kText}, {"options", text_map()}});
  return LogicalType::STRUCT({{"id", kText}, {"name", kText}, {"description", kText}, {"format", format}, {"schemaString", kText},
                              {"partitionColumns", text_list()}, {"configuration", text_map()}, {"createdTime", kLong}});
}

bool has_bounds(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::BLOB:
    case LogicalTypeId::LIST:
    case LogicalTypeId::MAP:
    case LogicalTypeId::VARIANT: return false;
    default: return true;
  }
}

// Fills the leaves and builds the three trees of types at once; a tree without leaves stays empty.
Status collect(const std::vector<StructField>& fields, const Snapshot& table, std::vector<std::string>& path, CheckpointLayout& layout, Children& bounds,
               Children& counts) {
  const auto& partitions = table.partition_columns();
  for (const auto& field : fields) {
    if (path.empty() && std::count(partitions.begin(), partitions.end(), field.name) > 0) continue;
    if (field.type.primitive == "void" || field.type.primitive == "null") continue;
    std::string name = field.physical_name(table.column_mapping());
    path.push_back(name);
    if (field.type.kind == DataType::Kind::kStruct) {
      Children inner_bounds, inner_counts;
      DS_RETURN_IF_ERROR(collect(field.type.fields, table, path, layout, inner_bounds, inner_counts));
      if (!inner_bounds.empty()) bounds.emplace_back(name, LogicalType::STRUCT(std::move(inner_bounds)));
      if (!inner_counts.empty()) counts.emplace_back(name, LogicalType::STRUCT(std::move(inner_counts)));
    } else {
      DS_ASSIGN_OR_RETURN(LogicalType type, physical_type(field.type, table.column_mapping()).context("column '" + field.name + "'"));
      bool bounded = has_bounds(type);
      if (bounded) bounds.emplace_back(name, type);
      counts.emplace_back(name, kLong);
      layout.parsed_statistics.push_back({path, std::move(type), bounded});
    }
    path.pop_back();
  }
  return {};
}

Status add_parsed(const Snapshot& table, CheckpointLayout& layout) {
  Children partitions, bounds, counts;
  for (const auto& column : table.partition_columns()) {
    const auto* field = table.schema().find(column);
    DS_ASSIGN_OR_RETURN(LogicalType type, logical_type(field->type).context("column '" + column + "'"));
    layout.parsed_partitions.push_back({field->physical_name(table.column_mapping()), type, true});
    partitions.emplace_back(layout.parsed_partitions.back().name, type);
  }
  if (!partitions.empty()) layout.parsed_partitions_type = LogicalType::STRUCT(std::move(partitions));
  std::vector<std::string> path;
  DS_RETURN_IF_ERROR(collect(table.schema().fields, table, path, layout, bounds, counts));
  Children facts = {{"numRecords", kLong}, {"tightBounds", kFlag}};
  if (!bounds.empty()) {
    facts.emplace_back("minValues", LogicalType::STRUCT(Children(bounds)));
    facts.emplace_back("maxValues", LogicalType::STRUCT(std::move(bounds)));
  }
  if (!counts.empty()) facts.emplace_back("nullCount", LogicalType::STRUCT(std::move(counts)));
  layout.parsed_statistics_type = LogicalType::STRUCT(std::move(facts));
  return {};
}

}  // namespace

Result<CheckpointLayout> checkpoint_layout(const Snapshot& table) {
  CheckpointLayout layout;
  const auto& properties = table.metadata().configuration;
  layout.v2 = supports(table.protocol(), "v2Checkpoint");
  layout.stats_text = boolean_property(properties, "delta.checkpoint.writeStatsAsJson", true);
  if (boolean_property(properties, "delta.checkpoint.writeStatsAsStruct", false)) DS_RETURN_IF_ERROR(add_parsed(table, layout));
  layout.columns = {
      {"txn", LogicalType::STRUCT({{"appId", kText}, {"version", kLong}, {"lastUpdated", kLong}}), true},
      {"add", add_type(layout), true},
      {"remove", remove_type(), true},
      {"metaData", metadata_type(), true},
      {"protocol", LogicalType::STRUCT({{"minReaderVersion", LogicalType::INTEGER}, {"minWriterVersion", LogicalType::INTEGER},
                                        {"readerFeatures", text_list()}, {"writerFeatures", text_list()}}), true},
      {"domainMetadata", LogicalType::STRUCT({{"domain", kText}, {"configuration", kText}, {"removed", kFlag}}), true},
  };
  if (layout.v2) layout.columns.push_back({"checkpointMetadata", LogicalType::STRUCT({{"version", kLong}, {"tags", text_map()}}), true});
  return layout;
}

}  // namespace deltastream::delta

#include "delta/log/table_state.h"

#include "delta/features.h"
#include "delta/schema_evolution.h"

namespace deltastream::delta {
namespace {

constexpr const char kMappingMode[] = "delta.columnMapping.mode";

Result<ColumnMappingMode> mapping_mode(const TableState& state, const std::string& where) {
  auto found = state.metadata->configuration.find(kMappingMode);
  // A table may carry the property without the feature: then it means nothing.
  if (found == state.metadata->configuration.end() || !supports(*state.protocol, "columnMapping")) return ColumnMappingMode::kNone;
  if (found->second == "none") return ColumnMappingMode::kNone;
  if (found->second == "name") return ColumnMappingMode::kName;
  if (found->second == "id") return ColumnMappingMode::kId;
  return corrupt(where + ": the table property " + kMappingMode + " is '" + found->second + "'; it can be none, name or id");
}

}  // namespace

bool uses_in_commit_timestamps(const TableState& state) {
  auto found = state.metadata->configuration.find("delta.enableInCommitTimestamps");
  return found != state.metadata->configuration.end() && found->second == "true" && supports(*state.protocol, "inCommitTimestamp");
}

Status settle(TableState& state, const std::string& where, LogAccess access) {
  if (!state.protocol) return corrupt(where + ": the log holds no protocol action up to this version");
  DS_RETURN_IF_ERROR(check_protocol(*state.protocol).context(where));
  DS_RETURN_IF_ERROR(check_readable(*state.protocol, where, access));
  if (!state.metadata) return corrupt(where + ": the log holds no metaData action up to this version");
  for (const char* name : {"catalogManaged", "catalogOwned-preview"}) {
    if (!supports(*state.protocol, name) || uses_in_commit_timestamps(state)) continue;
    return corrupt(where + ": a table with the feature '" + name + "' must have its times in its commits (delta.enableInCommitTimestamps)");
  }
  state.schema = Schema();
  if (!state.metadata->schema_string.empty()) {
    DS_ASSIGN_OR_RETURN(state.schema, Schema::parse(state.metadata->schema_string).context(where));
  }
  DS_ASSIGN_OR_RETURN(state.column_mapping, mapping_mode(state, where));
  for (const auto& field : state.schema.fields) {
    if (state.schema.find(field.name) != &field) return corrupt(where + ": the column name '" + field.name + "' stands twice in the schema (case does not count)");
  }
  DS_RETURN_IF_ERROR(check_column_mapping(state.schema, state.column_mapping).context(where));
  DS_RETURN_IF_ERROR(check_type_changes(state.schema).context(where));
  for (const auto& column : state.metadata->partition_columns) {
    // Partition values stand under the column's own name: another spelling would find none of them.
    const auto* field = state.schema.find(column);
    if (!field || field->name != column) return corrupt(where + ": the partition column '" + column + "' is no column of the schema");
  }
  return {};
}

}  // namespace deltastream::delta

// Version 0 of a table.
#include <algorithm>
#include <set>

#include "delta/commit/put_commit.h"
#include "delta/features.h"
#include "delta/features/activity.h"
#include "delta/features/column_mapping.h"
#include "delta/features/row_tracking.h"
#include "delta/json/json_text.h"
#include "delta/table_properties.h"
#include "delta/transaction.h"

namespace deltastream::delta {
namespace {

Status check_partition_columns(const CreateTableRequest& request) {
  std::set<const StructField*> seen;
  for (const auto& name : request.partition_columns) {
    const auto* field = request.schema.find(name);
    if (!field) return invalid_argument("the partition column '" + name + "' is no column of the table");
    if (!seen.insert(field).second) return invalid_argument("the partition column '" + name + "' is named twice");
    bool plain = field->type.kind == DataType::Kind::kPrimitive && field->type.primitive != "variant" && field->type.primitive != "void";
    if (!plain) return invalid_argument("the column '" + name + "' cannot be a partition column: its type is nested, variant or void");
  }
  if (seen.size() == request.schema.fields.size()) return invalid_argument("every column is a partition column: a table needs at least one that is not");
  return {};
}

Result<Metadata> new_metadata(const CreateTableRequest& request, StringMap configuration, const Environment& environment) {
  Schema schema = request.schema;
  DS_RETURN_IF_ERROR(assign_column_mapping(schema, configuration, *environment.random));
  name_row_tracking_columns(configuration, *environment.random);
  Metadata metadata;
  metadata.id = environment.random->uuid();
  metadata.name = request.name;
  metadata.description = request.comment;
  metadata.schema_string = schema.to_json();
  // As the schema spells them.
  for (const auto& name : request.partition_columns) metadata.partition_columns.push_back(schema.find(name)->name);
  metadata.created_time = environment.clock->now_us() / 1000;
  metadata.configuration = std::move(configuration);
  return metadata;
}

CommitInfo creation_info(const CreateTableRequest& request, const Metadata& metadata, const Environment& environment) {
  CommitInfo info;
  info.timestamp = metadata.created_time;
  if (property_is_true(metadata.configuration, "delta.enableInCommitTimestamps")) info.in_commit_timestamp = metadata.created_time;
  info.operation = "CREATE TABLE";
  std::string columns, properties;
  append_json_list(columns, metadata.partition_columns);
  append_json_map(properties, request.properties);
  info.operation_parameters = {{"partitionBy", columns}, {"properties", properties}, {"description", request.comment}, {"isManaged", "false"}};
  info.engine_info = request.engine_info;
  info.txn_id = environment.random->uuid();
  info.is_blind_append = true;
  return info;
}

}  // namespace

Result<Snapshot> create_table(std::shared_ptr<storage::ObjectStore> store, const CreateTableRequest& request, const Environment& environment) {
  const std::string where = store->describe();
  if (request.schema.fields.empty()) return invalid_argument(where + ": a table needs columns");
  DS_RETURN_IF_ERROR(check_partition_columns(request).context(where));
  DS_RETURN_IF_ERROR(check_properties(request.properties).context(where));
  StringMap configuration = request.properties;
  DS_ASSIGN_OR_RETURN(Protocol protocol, protocol_for_new_table(request.schema, configuration).context(where));
  DS_ASSIGN_OR_RETURN(Metadata metadata, new_metadata(request, std::move(configuration), environment).context(where));
  DS_RETURN_IF_ERROR(check_writable(protocol, metadata, request.schema, where));
  CommitInfo info = creation_info(request, metadata, environment);
  std::string lines;
  append_json(info, lines);
  lines += '\n';
  append_json(protocol, lines);
  lines += '\n';
  append_json(metadata, lines);
  lines += '\n';
  // A log whose first versions were cleaned away has no version 0, and is a table all the same.
  DS_ASSIGN_OR_RETURN(bool exists, Snapshot::table_exists(*store));
  if (exists) return already_exists("there is a table in " + where);
  DS_ASSIGN_OR_RETURN(PutOutcome outcome, put_commit(*store, 0, lines, info.txn_id));
  if (outcome == PutOutcome::kTaken) return already_exists("there is a table in " + where);
  return Snapshot::open(std::move(store), SnapshotOptions{0, LoadFiles::kNone}, environment);
}

}  // namespace deltastream::delta

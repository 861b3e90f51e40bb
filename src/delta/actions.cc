#include "delta/actions.h"

#include "delta/json/json_text.h"
#include "delta/log/action_parser.h"

namespace deltastream::delta {
namespace {

void append_descriptor(const DeletionVectorDescriptor& vector, std::string& out) {
  JsonObject object(out);
  object.text("storageType", std::string_view(&vector.storage_type, 1));
  object.text("pathOrInlineDv", vector.path_or_inline);
  if (vector.offset) object.number("offset", *vector.offset);
  object.number("sizeInBytes", vector.size_in_bytes);
  object.number("cardinality", vector.cardinality);
  object.close();
}

// What add and remove share at their end.
template <class Action>
void append_file_tail(const Action& action, JsonObject& object) {
  if (action.deletion_vector) append_descriptor(*action.deletion_vector, object.key("deletionVector"));
  if (action.base_row_id) object.number("baseRowId", *action.base_row_id);
  if (action.default_row_commit_version) object.number("defaultRowCommitVersion", *action.default_row_commit_version);
}

class AddCollector final : public ActionHandler {
 public:
  explicit AddCollector(std::vector<Add>& adds) : adds_(adds) {}
  Status on_add(const FileView& file) override {
    DS_ASSIGN_OR_RETURN(Add add, to_add(file));
    add.data_change = file.data_change;
    adds_.push_back(std::move(add));
    return {};
  }

 private:
  std::vector<Add>& adds_;
};

}  // namespace

std::string DeletionVectorDescriptor::unique_id() const {
  std::string id(1, storage_type);
  id += path_or_inline;
  if (offset) id += "@" + std::to_string(*offset);
  return id;
}

void append_json(const Protocol& action, std::string& out) {
  JsonObject line(out);
  line.key("protocol");
  JsonObject object(out);
  object.number("minReaderVersion", action.min_reader_version);
  object.number("minWriterVersion", action.min_writer_version);
  if (action.reader_features) append_json_list(object.key("readerFeatures"), *action.reader_features);
  if (action.writer_features) append_json_list(object.key("writerFeatures"), *action.writer_features);
  object.close();
  line.close();
}

void append_json(const Metadata& action, std::string& out) {
  JsonObject line(out);
  line.key("metaData");
  JsonObject object(out);
  object.text("id", action.id);
  if (!action.name.empty()) object.text("name", action.name);
  if (!action.description.empty()) object.text("description", action.description);
  object.key("format");
  JsonObject format(out);
  format.text("provider", action.format_provider);
  append_json_map(format.key("options"), action.format_options);
  format.close();
  object.text("schemaString", action.schema_string);
  append_json_list(object.key("partitionColumns"), action.partition_columns);
  append_json_map(object.key("configuration"), action.configuration);
  if (action.created_time) object.number("createdTime", *action.created_time);
  object.close();
  line.close();
}

void append_json(const Add& action, std::string& out) {
  JsonObject line(out);
  line.key("add");
  JsonObject object(out);
  object.text("path", action.path);
  append_json_nullable_map(object.key("partitionValues"), action.partition_values);
  object.number("size", action.size);
  object.number("modificationTime", action.modification_time);
  object.boolean("dataChange", action.data_change);
  if (action.stats) object.text("stats", *action.stats);
  if (!action.tags.empty()) append_json_nullable_map(object.key("tags"), action.tags);
  append_file_tail(action, object);
  if (action.clustering_provider) object.text("clusteringProvider", *action.clustering_provider);
  object.close();
  line.close();
}

void append_json(const Remove& action, std::string& out) {
  JsonObject line(out);
  line.key("remove");
  JsonObject object(out);
  object.text("path", action.path);
  if (action.deletion_timestamp) object.number("deletionTimestamp", *action.deletion_timestamp);
  object.boolean("dataChange", action.data_change);
  object.boolean("extendedFileMetadata", action.extended_file_metadata);
  append_json_nullable_map(object.key("partitionValues"), action.partition_values);
  if (action.size) object.number("size", *action.size);
  append_file_tail(action, object);
  object.close();
  line.close();
}

void append_json(const Txn& action, std::string& out) {
  JsonObject line(out);
  line.key("txn");
  JsonObject object(out);
  object.text("appId", action.app_id);
  object.number("version", action.version);
  if (action.last_updated) object.number("lastUpdated", *action.last_updated);
  object.close();
  line.close();
}

void append_json(const DomainMetadata& action, std::string& out) {
  JsonObject line(out);
  line.key("domainMetadata");
  JsonObject object(out);
  object.text("domain", action.domain);
  object.text("configuration", action.configuration);
  object.boolean("removed", action.removed);
  object.close();
  line.close();
}

void append_json(const CommitInfo& action, std::string& out) {
  JsonObject line(out);
  line.key("commitInfo");
  JsonObject object(out);
  if (action.in_commit_timestamp) object.number("inCommitTimestamp", *action.in_commit_timestamp);
  if (action.timestamp) object.number("timestamp", *action.timestamp);
  object.text("operation", action.operation);
  append_json_map(object.key("operationParameters"), action.operation_parameters);
  if (action.read_version) object.number("readVersion", *action.read_version);
  if (action.is_blind_append) object.boolean("isBlindAppend", *action.is_blind_append);
  if (!action.operation_metrics.empty()) append_json_map(object.key("operationMetrics"), action.operation_metrics);
  if (!action.user_metadata.empty()) object.text("userMetadata", action.user_metadata);
  object.text("engineInfo", action.engine_info);
  object.text("txnId", action.txn_id);
  object.close();
  line.close();
}

std::string serialize_adds(const std::vector<Add>& adds) {
  std::string out;
  for (const auto& add : adds) {
    append_json(add, out);
    out += '\n';
  }
  return out;
}

Result<std::vector<Add>> parse_adds(std::string_view bytes) {
  std::vector<Add> adds;
  AddCollector collector(adds);
  std::string copy(bytes);
  DS_RETURN_IF_ERROR(ActionParser().parse(copy, collector).context("prepared adds"));
  return adds;
}

}  // namespace deltastream::delta

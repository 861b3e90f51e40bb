#include "delta/features/column_mapping.h"

#include <algorithm>

#include "delta/features/activity.h"

namespace deltastream::delta {
namespace {

using FieldId = format::ParquetWriteOptions::FieldId;

constexpr const char kId[] = "delta.columnMapping.id";
constexpr const char kPhysicalName[] = "delta.columnMapping.physicalName";
constexpr const char kMaxColumnId[] = "delta.columnMapping.maxColumnId";

void visit_fields(std::vector<StructField>& fields, const auto& visit);

void visit_type(DataType& type, const auto& visit) {
  visit_fields(type.fields, visit);
  for (auto& child : type.children) visit_type(child, visit);
}

void visit_fields(std::vector<StructField>& fields, const auto& visit) {
  for (auto& field : fields) {
    visit(field);
    visit_type(field.type, visit);
  }
}

FieldId id_of_type(const DataType& type, std::optional<int32_t> id);

std::vector<FieldId> ids_of_fields(const std::vector<StructField>& fields) {
  std::vector<FieldId> ids;
  for (const auto& field : fields) ids.push_back(id_of_type(field.type, field.column_id()));
  return ids;
}

// Elements, keys and values have no id of their own, but structs inside them do.
FieldId id_of_type(const DataType& type, std::optional<int32_t> id) {
  FieldId result{id, ids_of_fields(type.fields)};
  for (const auto& child : type.children) result.children.push_back(id_of_type(child, std::nullopt));
  return result;
}

}  // namespace

Status assign_column_mapping(Schema& schema, StringMap& configuration, Random& random) {
  auto mode = column_mapping_mode(configuration);
  if (!mode.ok()) return invalid_argument(mode.error().describe());
  if (*mode == ColumnMappingMode::kNone) return {};
  int64_t max_id = 0;
  visit_fields(schema.fields, [&](StructField& field) { max_id = std::max(max_id, field.metadata_number(kId).value_or(0)); });
  visit_fields(schema.fields, [&](StructField& field) {
    if (!field.find_metadata(kId)) field.metadata.push_back({kId, std::to_string(++max_id)});
    if (!field.find_metadata(kPhysicalName)) field.metadata.push_back({kPhysicalName, "\"col-" + random.uuid() + "\""});
  });
  configuration[kMaxColumnId] = std::to_string(max_id);
  return {};
}

std::vector<FieldId> field_ids(const std::vector<const StructField*>& fields) {
  std::vector<FieldId> ids;
  for (const auto* field : fields) ids.push_back(id_of_type(field->type, field->column_id()));
  return ids;
}

}  // namespace deltastream::delta

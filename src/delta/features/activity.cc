#include "delta/features/activity.h"

#include <algorithm>
#include <cctype>

namespace deltastream::delta {
namespace {

bool type_has_metadata(const DataType& type, std::string_view prefix);

bool fields_have_metadata(const std::vector<StructField>& fields, std::string_view prefix) {
  return std::any_of(fields.begin(), fields.end(), [&](const StructField& field) {
    bool here = std::any_of(field.metadata.begin(), field.metadata.end(),
                            [&](const MetadataEntry& entry) { return std::string_view(entry.key).substr(0, prefix.size()) == prefix; });
    return here || type_has_metadata(field.type, prefix);
  });
}

bool type_has_metadata(const DataType& type, std::string_view prefix) {
  return fields_have_metadata(type.fields, prefix) ||
         std::any_of(type.children.begin(), type.children.end(), [&](const DataType& child) { return type_has_metadata(child, prefix); });
}

}  // namespace

bool property_is_true(const StringMap& configuration, std::string_view key) {
  auto found = configuration.find(std::string(key));
  if (found == configuration.end()) return false;
  std::string text = found->second;
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text == "true";
}

bool has_property_prefix(const StringMap& configuration, std::string_view prefix) {
  auto found = configuration.lower_bound(std::string(prefix));
  return found != configuration.end() && std::string_view(found->first).substr(0, prefix.size()) == prefix;
}

bool any_field_metadata(const Schema& schema, std::string_view prefix) { return fields_have_metadata(schema.fields, prefix); }

bool any_primitive(const Schema& schema, std::string_view primitive) {
  return std::any_of(schema.fields.begin(), schema.fields.end(),
                     [&](const StructField& field) { return contains_primitive(field.type, primitive); });
}

Result<ColumnMappingMode> column_mapping_mode(const StringMap& configuration) {
  auto found = configuration.find("delta.columnMapping.mode");
  if (found == configuration.end() || found->second == "none") return ColumnMappingMode::kNone;
  if (found->second == "name") return ColumnMappingMode::kName;
  if (found->second == "id") return ColumnMappingMode::kId;
  return corrupt("the property delta.columnMapping.mode is '" + found->second + "', not none, name or id");
}

}  // namespace deltastream::delta

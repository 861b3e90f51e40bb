#include "delta/schema_evolution.h"

#include <set>
#include <simdjson.h>

namespace deltastream::delta {
namespace {

struct Decimal {
  int precision = 0;
  int scale = 0;
};

std::optional<Decimal> decimal_of(std::string_view name) {
  if (name.substr(0, 7) != "decimal") return std::nullopt;
  DataType type;
  type.primitive = std::string(name);
  auto parsed = logical_type(type);
  if (!parsed.ok()) return std::nullopt;
  return Decimal{duckdb::DecimalType::GetWidth(*parsed), duckdb::DecimalType::GetScale(*parsed)};
}

// Whole digits and scale both at least those of the older type.
bool holds(const Decimal& newer, const Decimal& older) {
  return newer.scale >= older.scale && newer.precision - newer.scale >= older.precision - older.scale;
}

std::string spelled(const DataType& type) {
  switch (type.kind) {
    case DataType::Kind::kPrimitive: return type.primitive;
    case DataType::Kind::kStruct: return "struct";
    case DataType::Kind::kArray: return "array";
    case DataType::Kind::kMap: return "map";
  }
  return "";
}

Status check_changes(const std::vector<StructField>& fields, const std::string& parent);

Status check_changes(const DataType& type, const std::string& path) {
  for (const auto& child : type.children) DS_RETURN_IF_ERROR(check_changes(child, path));
  return check_changes(type.fields, path + ".");
}

Status check_changes(const std::vector<StructField>& fields, const std::string& parent) {
  for (const auto& field : fields) {
    std::string path = parent + field.name;
    DS_RETURN_IF_ERROR(check_changes(field.type, path));
    const auto* entry = field.find_metadata("delta.typeChanges");
    if (!entry) continue;
    simdjson::dom::parser parser;
    simdjson::dom::array changes;
    if (parser.parse(entry->json).get(changes)) return corrupt("column '" + path + "': delta.typeChanges is no list: " + entry->json);
    for (simdjson::dom::element change : changes) {
      std::string_view from, to;
      if (change["fromType"].get(from) || change["toType"].get(to)) return corrupt("column '" + path + "': a type change lacks its types: " + entry->json);
      if (!widens(from, to)) {
        return unsupported("column '" + path + "' was changed from " + std::string(from) + " to " + std::string(to) + ", and files of the older type cannot be read so");
      }
    }
  }
  return {};
}

Status check_names(const std::vector<StructField>& fields, const std::string& parent, ColumnMappingMode mode);

Status check_names(const DataType& type, const std::string& path, ColumnMappingMode mode) {
  for (const auto& child : type.children) DS_RETURN_IF_ERROR(check_names(child, path, mode));
  return check_names(type.fields, path + ".", mode);
}

Status check_names(const std::vector<StructField>& fields, const std::string& parent, ColumnMappingMode mode) {
  std::set<std::string> taken;
  for (const auto& field : fields) {
    std::string path = parent + field.name;
    if (!field.metadata_text("delta.columnMapping.physicalName")) {
      return corrupt("column '" + path + "' has no delta.columnMapping.physicalName, though the table maps its columns");
    }
    if (mode == ColumnMappingMode::kId && !field.column_id()) {
      return corrupt("column '" + path + "' has no delta.columnMapping.id, though the table maps its columns by id");
    }
    std::string physical = field.physical_name(mode);
    if (!taken.insert(physical).second) return corrupt("the physical column name '" + physical + "' stands twice, again at column '" + path + "'");
    DS_RETURN_IF_ERROR(check_names(field.type, path, mode));
  }
  return {};
}

Status check_type(const DataType& older, const DataType& newer, const std::string& path, ColumnMappingMode mode);

Status check_fields(const std::vector<StructField>& older, const std::vector<StructField>& newer, const std::string& parent, ColumnMappingMode mode) {
  for (const auto& field : newer) {
    for (const auto& before : older) {
      if (before.physical_name(mode) == field.physical_name(mode)) DS_RETURN_IF_ERROR(check_type(before.type, field.type, parent + field.name, mode));
    }
  }
  return {};
}

Status check_type(const DataType& older, const DataType& newer, const std::string& path, ColumnMappingMode mode) {
  bool primitive = newer.kind == DataType::Kind::kPrimitive && older.kind == newer.kind;
  if (older.kind != newer.kind || (primitive && older.primitive != newer.primitive && !widens(older.primitive, newer.primitive))) {
    return unsupported("column '" + path + "' was " + spelled(older) + " and is " + spelled(newer) + ": rows of both versions cannot be read together");
  }
  for (size_t i = 0; i < newer.children.size(); i++) DS_RETURN_IF_ERROR(check_type(older.children[i], newer.children[i], path, mode));
  return check_fields(older.fields, newer.fields, path + ".", mode);
}

}  // namespace

bool widens(std::string_view from, std::string_view to) {
  struct Step {
    std::string_view from, to;
  };
  static constexpr Step kSteps[] = {{"byte", "short"},   {"byte", "integer"},   {"byte", "long"},    {"short", "integer"}, {"short", "long"},
                                    {"integer", "long"}, {"float", "double"},   {"byte", "double"},  {"short", "double"},  {"integer", "double"},
                                    {"date", "timestamp_ntz"}};
  for (const auto& step : kSteps) {
    if (step.from == from && step.to == to) return true;
  }
  // A void column has no values yet.
  if (from == "void" || from == "null") return true;
  auto newer = decimal_of(to);
  if (!newer) return false;
  // The protocol asks writers for room for ten digits, but tables with just enough for the type are about.
  if (from == "byte") return holds(*newer, {3, 0});
  if (from == "short") return holds(*newer, {5, 0});
  if (from == "integer") return holds(*newer, {10, 0});
  if (from == "long") return holds(*newer, {19, 0});
  auto older = decimal_of(from);
  return older && holds(*newer, *older);
}

Status check_type_changes(const Schema& schema) { return check_changes(schema.fields, ""); }

Status check_column_mapping(const Schema& schema, ColumnMappingMode mode) {
  return mode == ColumnMappingMode::kNone ? Status() : check_names(schema.fields, "", mode);
}

Status check_readable_as(const Schema& older, const Schema& newer, ColumnMappingMode mode) {
  return check_fields(older.fields, newer.fields, "", mode);
}

}  // namespace deltastream::delta

#include "delta/schema.h"

#include <algorithm>
#include <charconv>
#include <simdjson.h>
#include <unordered_set>

#include "delta/json/json_text.h"

namespace deltastream::delta {
namespace {

// Deeper schemas than this are damage or malice; it also bounds our recursion.
constexpr int kMaxDepth = 100;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
         });
}

std::string in_lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

class SchemaParser {
 public:
  Result<Schema> parse(std::string_view json) {
    simdjson::dom::element root;
    if (auto error = parser_.parse(json.data(), json.size()).get(root)) {
      return corrupt("the schema is not JSON: " + std::string(simdjson::error_message(error)));
    }
    DS_ASSIGN_OR_RETURN(DataType type, parse_type(root, "the schema", 0));
    if (type.kind != DataType::Kind::kStruct) return corrupt("the schema is not a struct");
    return Schema{std::move(type.fields)};
  }

 private:
  using Element = simdjson::dom::element;

  static Result<std::string> text(Element object, const char* key, const std::string& where) {
    std::string_view value;
    if (object[key].get(value)) return corrupt("in the schema, " + where + " has no text '" + key + "'");
    return std::string(value);
  }
  static bool flag(Element object, const char* key) {
    bool value = true;
    if (object[key].get(value)) return true;
    return value;
  }

  Result<DataType> parse_type(Element json, const std::string& where, int depth) {
    if (depth > kMaxDepth) return corrupt("the schema is nested deeper than " + std::to_string(kMaxDepth) + " levels at " + where);
    DataType type;
    std::string_view primitive;
    if (!json.get(primitive)) {
      type.primitive = std::string(primitive);
      return type;
    }
    DS_ASSIGN_OR_RETURN(std::string kind, text(json, "type", where));
    if (kind == "struct") {
      type.kind = DataType::Kind::kStruct;
      DS_RETURN_IF_ERROR(parse_fields(json, where, depth, type.fields));
    } else if (kind == "array") {
      type.kind = DataType::Kind::kArray;
      type.contains_null = flag(json, "containsNull");
      DS_RETURN_IF_ERROR(parse_child(json, "elementType", where, depth, type));
    } else if (kind == "map") {
      type.kind = DataType::Kind::kMap;
      type.contains_null = flag(json, "valueContainsNull");
      DS_RETURN_IF_ERROR(parse_child(json, "keyType", where, depth, type));
      DS_RETURN_IF_ERROR(parse_child(json, "valueType", where, depth, type));
    } else if (kind == "udt") {
      // What a user-defined type is stored as is all that a reader needs: vectors of Spark's MLlib are structs.
      Element stored;
      if (json["sqlType"].get(stored)) return corrupt("in the schema, " + where + " has no 'sqlType'");
      DS_ASSIGN_OR_RETURN(type, parse_type(stored, where, depth + 1));
      type.user_defined = simdjson::minify(json);
    } else {
      return unsupported("the schema has the type '" + kind + "' at " + where + ", which this version does not know");
    }
    return type;
  }

  Status parse_child(Element json, const char* key, const std::string& where, int depth, DataType& type) {
    Element child;
    if (json[key].get(child)) return corrupt("in the schema, " + where + " has no '" + key + "'");
    DS_ASSIGN_OR_RETURN(DataType parsed, parse_type(child, where + "." + key, depth + 1));
    type.children.push_back(std::move(parsed));
    return {};
  }

  Status parse_fields(Element json, const std::string& where, int depth, std::vector<StructField>& fields) {
    simdjson::dom::array items;
    if (json["fields"].get(items)) return corrupt("in the schema, " + where + " has no list 'fields'");
    std::unordered_set<std::string> names;
    for (Element item : items) {
      StructField field;
      DS_ASSIGN_OR_RETURN(field.name, text(item, "name", "a field of " + where));
      if (!names.insert(in_lower_case(field.name)).second) {
        return corrupt("in the schema, " + where + " has two fields named '" + field.name + "' (names differ by more than case)");
      }
      std::string field_where = "column '" + field.name + "'";
      Element type;
      if (item["type"].get(type)) return corrupt("in the schema, " + field_where + " has no 'type'");
      DS_ASSIGN_OR_RETURN(field.type, parse_type(type, field_where, depth + 1));
      field.nullable = flag(item, "nullable");
      simdjson::dom::object metadata;
      if (!item["metadata"].get(metadata)) {
        for (auto entry : metadata) field.metadata.push_back({std::string(entry.key), simdjson::minify(entry.value)});
      }
      fields.push_back(std::move(field));
    }
    return {};
  }

  simdjson::dom::parser parser_;
};

void append_type(const DataType& type, std::string& out);

void append_fields(const std::vector<StructField>& fields, std::string& out) {
  JsonObject object(out);
  object.text("type", "struct");
  object.key("fields") += '[';
  bool first = true;
  for (const auto& field : fields) {
    if (!first) out += ',';
    first = false;
    JsonObject item(out);
    item.text("name", field.name);
    append_type(field.type, item.key("type"));
    item.boolean("nullable", field.nullable);
    item.key("metadata");
    JsonObject metadata(out);
    for (const auto& entry : field.metadata) metadata.raw(entry.key, entry.json);
    metadata.close();
    item.close();
  }
  out += ']';
  object.close();
}

void append_type(const DataType& type, std::string& out) {
  if (!type.user_defined.empty()) {
    out += type.user_defined;
    return;
  }
  switch (type.kind) {
    case DataType::Kind::kPrimitive: append_json_string(out, type.primitive); return;
    case DataType::Kind::kStruct: append_fields(type.fields, out); return;
    case DataType::Kind::kArray: {
      JsonObject object(out);
      object.text("type", "array");
      append_type(type.children[0], object.key("elementType"));
      object.boolean("containsNull", type.contains_null);
      object.close();
      return;
    }
    case DataType::Kind::kMap: {
      JsonObject object(out);
      object.text("type", "map");
      append_type(type.children[0], object.key("keyType"));
      append_type(type.children[1], object.key("valueType"));
      object.boolean("valueContainsNull", type.contains_null);
      object.close();
      return;
    }
  }
}

// A metadata value as JSON, read with a parser of its own: metadata is small and seldom asked for.
std::optional<std::string> json_text_value(const std::string& json) {
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(json).get(text)) return std::nullopt;
  return std::string(text);
}

}  // namespace

const MetadataEntry* StructField::find_metadata(std::string_view key) const {
  for (const auto& entry : metadata) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

std::optional<std::string> StructField::metadata_text(std::string_view key) const {
  const auto* entry = find_metadata(key);
  return entry ? json_text_value(entry->json) : std::nullopt;
}

std::optional<int64_t> StructField::metadata_number(std::string_view key) const {
  const auto* entry = find_metadata(key);
  int64_t value = 0;
  if (!entry) return std::nullopt;
  const char* end = entry->json.data() + entry->json.size();
  auto parsed = std::from_chars(entry->json.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(value) : std::nullopt;
}

std::string StructField::physical_name(ColumnMappingMode mode) const {
  if (mode == ColumnMappingMode::kNone) return name;
  return metadata_text("delta.columnMapping.physicalName").value_or(name);
}

std::optional<int32_t> StructField::column_id() const {
  auto id = metadata_number("delta.columnMapping.id");
  if (!id || *id < 0 || *id > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(*id);
}

Result<Schema> Schema::parse(std::string_view json) {
  DS_ASSIGN_OR_RETURN(Schema schema, SchemaParser().parse(json));
  return schema;
}

Result<Schema> Schema::from_fields(const std::vector<Field>& columns) {
  Schema schema;
  for (const auto& column : columns) {
    if (column.name.empty()) return invalid_argument("a column of a Delta table needs a name");
    if (schema.find(column.name)) {
      return invalid_argument("the column name '" + column.name + "' stands twice (names of a Delta table differ by more than case)");
    }
    auto type = delta_type(column.type);
    if (!type.ok()) return std::move(type).context("column '" + column.name + "'").error();
    schema.fields.push_back({column.name, std::move(type).value(), column.nullable, {}});
  }
  return schema;
}

std::string Schema::to_json() const {
  std::string out;
  append_fields(fields, out);
  return out;
}

const StructField* Schema::find(std::string_view name) const {
  for (const auto& field : fields) {
    if (equal_ignoring_case(field.name, name)) return &field;
  }
  return nullptr;
}

Result<std::vector<Field>> Schema::to_fields() const {
  std::vector<Field> columns;
  for (const auto& field : fields) {
    auto type = logical_type(field.type);
    if (!type.ok()) return std::move(type).context("column '" + field.name + "'").error();
    columns.push_back({field.name, std::move(type).value(), field.nullable});
  }
  return columns;
}

}  // namespace deltastream::delta

// The protocol's types as vector types, and back.
#include <charconv>

#include "delta/schema.h"

namespace deltastream::delta {
namespace {

using duckdb::child_list_t;

struct PrimitiveName {
  std::string_view name;
  LogicalTypeId type;
};

constexpr PrimitiveName kPrimitives[] = {
    {"string", LogicalTypeId::VARCHAR},       {"long", LogicalTypeId::BIGINT},         {"integer", LogicalTypeId::INTEGER},
    {"short", LogicalTypeId::SMALLINT},       {"byte", LogicalTypeId::TINYINT},        {"float", LogicalTypeId::FLOAT},
    {"double", LogicalTypeId::DOUBLE},        {"boolean", LogicalTypeId::BOOLEAN},     {"binary", LogicalTypeId::BLOB},
    {"date", LogicalTypeId::DATE},            {"timestamp", LogicalTypeId::TIMESTAMP_TZ}, {"timestamp_ntz", LogicalTypeId::TIMESTAMP},
    {"timestamp_ltz", LogicalTypeId::TIMESTAMP_TZ},  // Spark's other name for it
    {"variant", LogicalTypeId::VARIANT},      {"void", LogicalTypeId::SQLNULL},        {"null", LogicalTypeId::SQLNULL},
    // No vector type has nanoseconds and a zone: instants are shown as UTC.
    {"timestamp_nanos", LogicalTypeId::TIMESTAMP_NS}, {"timestamp_nanos_ntz", LogicalTypeId::TIMESTAMP_NS},
};

// "decimal(10,2)", blanks allowed.
Result<LogicalType> decimal_type(std::string_view text) {
  std::string digits;
  for (char c : text.substr(7)) {
    if (c != ' ') digits += c;
  }
  int precision = 0;
  int scale = 0;
  const char* end = digits.data() + digits.size();
  if (digits.empty()) return LogicalType::DECIMAL(10, 0);
  auto first = std::from_chars(digits.data() + 1, end, precision);
  bool good = digits.front() == '(' && first.ec == std::errc() && first.ptr != end && *first.ptr == ',';
  if (good) {
    auto second = std::from_chars(first.ptr + 1, end, scale);
    good = second.ec == std::errc() && second.ptr + 1 == end && *second.ptr == ')';
  }
  if (!good || precision < 1 || precision > 38 || scale < 0 || scale > precision) {
    return corrupt("'" + std::string(text) + "' is no decimal type (precision 1 to 38, scale 0 to precision)");
  }
  return LogicalType::DECIMAL(static_cast<uint8_t>(precision), static_cast<uint8_t>(scale));
}

Result<LogicalType> primitive_type(std::string_view name) {
  for (const auto& row : kPrimitives) {
    // A variant's type has parts, which its id alone does not make.
    if (row.name == name) return row.type == LogicalTypeId::VARIANT ? LogicalType::VARIANT() : LogicalType(row.type);
  }
  if (name.substr(0, 7) == "decimal") return decimal_type(name);
  if (name.substr(0, 8) == "varchar(" || name.substr(0, 5) == "char(") return LogicalType(LogicalTypeId::VARCHAR);
  // By which rules texts are compared is no matter of their bytes.
  if (name.substr(0, 15) == "string collate ") return LogicalType(LogicalTypeId::VARCHAR);
  // Shapes are well-known binary: geometry(crs), geography(crs, algorithm).
  if (name.substr(0, 9) == "geometry(" || name.substr(0, 10) == "geography(" || name == "geometry" || name == "geography") return LogicalType(LogicalTypeId::BLOB);
  return unsupported("the type '" + std::string(name) + "' is not known to this version");
}

Result<LogicalType> convert(const DataType& type, ColumnMappingMode mode) {
  switch (type.kind) {
    case DataType::Kind::kPrimitive: return primitive_type(type.primitive);
    case DataType::Kind::kArray: {
      DS_ASSIGN_OR_RETURN(LogicalType element, convert(type.children[0], mode));
      return LogicalType::LIST(element);
    }
    case DataType::Kind::kMap: {
      DS_ASSIGN_OR_RETURN(LogicalType key, convert(type.children[0], mode));
      DS_ASSIGN_OR_RETURN(LogicalType value, convert(type.children[1], mode));
      return LogicalType::MAP(std::move(key), std::move(value));
    }
    case DataType::Kind::kStruct: break;
  }
  if (type.fields.empty()) return unsupported("a struct without fields has no vector form");
  child_list_t<LogicalType> children;
  for (const auto& field : type.fields) {
    auto child = convert(field.type, mode);
    if (!child.ok()) return std::move(child).context("field '" + field.name + "'").error();
    children.emplace_back(field.physical_name(mode), std::move(child).value());
  }
  return LogicalType::STRUCT(std::move(children));
}

DataType primitive(std::string name) {
  DataType type;
  type.primitive = std::move(name);
  return type;
}

Result<DataType> nested_type(const LogicalType& type) {
  DataType result;
  if (type.id() == LogicalTypeId::STRUCT) {
    result.kind = DataType::Kind::kStruct;
    for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
      auto converted = delta_type(child);
      if (!converted.ok()) return std::move(converted).context("field '" + name + "'").error();
      result.fields.push_back({name, std::move(converted).value(), true, {}});
    }
    return result;
  }
  std::vector<LogicalType> children;
  if (type.id() == LogicalTypeId::MAP) {
    result.kind = DataType::Kind::kMap;
    children = {duckdb::MapType::KeyType(type), duckdb::MapType::ValueType(type)};
  } else {
    result.kind = DataType::Kind::kArray;
    children = {type.id() == LogicalTypeId::ARRAY ? duckdb::ArrayType::GetChildType(type) : duckdb::ListType::GetChildType(type)};
  }
  for (const auto& child : children) {
    DS_ASSIGN_OR_RETURN(DataType converted, delta_type(child));
    result.children.push_back(std::move(converted));
  }
  return result;
}

}  // namespace

Result<LogicalType> logical_type(const DataType& type) { return convert(type, ColumnMappingMode::kNone); }

Result<LogicalType> physical_type(const DataType& type, ColumnMappingMode mode) { return convert(type, mode); }

Result<DataType> delta_type(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::STRUCT:
    case LogicalTypeId::LIST:
    case LogicalTypeId::ARRAY:
    case LogicalTypeId::MAP: return nested_type(type);
    case LogicalTypeId::DECIMAL: {
      auto width = std::to_string(duckdb::DecimalType::GetWidth(type));
      return primitive("decimal(" + width + "," + std::to_string(duckdb::DecimalType::GetScale(type)) + ")");
    }
    case LogicalTypeId::UTINYINT: return primitive("short");
    case LogicalTypeId::USMALLINT: return primitive("integer");
    case LogicalTypeId::UINTEGER: return primitive("long");
    case LogicalTypeId::UBIGINT: return primitive("decimal(20,0)");
    case LogicalTypeId::HUGEINT: return primitive("decimal(38,0)");
    case LogicalTypeId::UUID:
    case LogicalTypeId::ENUM: return primitive("string");
    case LogicalTypeId::TIMESTAMP_SEC:
    case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS: return primitive("timestamp_ntz");
    default: break;
  }
  for (const auto& row : kPrimitives) {
    if (row.type == type.id()) return primitive(std::string(row.name));
  }
  return unsupported("a Delta table has no type for " + type.ToString() + ": cast the column, for example to STRING");
}

bool contains_primitive(const DataType& type, std::string_view name) {
  if (type.kind == DataType::Kind::kPrimitive) return type.primitive == name;
  for (const auto& child : type.children) {
    if (contains_primitive(child, name)) return true;
  }
  for (const auto& field : type.fields) {
    if (contains_primitive(field.type, name)) return true;
  }
  return false;
}

}  // namespace deltastream::delta

#include <cctype>
#include <string>

#include <fmt/format.h>

#include "engine/front/names.h"
#include "engine/script.h"

namespace deltastream::engine {
namespace {

std::string row_to_flink(const LogicalType& type) {
  std::string text = "ROW<";
  const char* separator = "";
  for (const auto& [name, field] : duckdb::StructType::GetChildTypes(type)) {
    text += fmt::format("{}{} {}", separator, front::quoted_name(name), type_to_flink(field));
    separator = ", ";
  }
  return text + ">";
}

}  // namespace

std::string type_to_flink(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::INTEGER: return "INT";
    case LogicalTypeId::VARCHAR: return "STRING";
    case LogicalTypeId::BLOB: return "BYTES";
    // Flink has no unsigned and no 128-bit integers: the smallest type that holds them.
    case LogicalTypeId::UTINYINT: return "SMALLINT";
    case LogicalTypeId::USMALLINT: return "INT";
    case LogicalTypeId::UINTEGER: return "BIGINT";
    case LogicalTypeId::UBIGINT: return "DECIMAL(20, 0)";
    case LogicalTypeId::HUGEINT: return "DECIMAL(38, 0)";
    case LogicalTypeId::TIME: return "TIME(6)";
    case LogicalTypeId::TIMESTAMP_SEC: return "TIMESTAMP(0)";
    case LogicalTypeId::TIMESTAMP_MS: return "TIMESTAMP(3)";
    case LogicalTypeId::TIMESTAMP: return "TIMESTAMP(6)";
    case LogicalTypeId::TIMESTAMP_NS: return "TIMESTAMP(9)";
    case LogicalTypeId::TIMESTAMP_TZ: return "TIMESTAMP_LTZ(6)";
    case LogicalTypeId::DECIMAL:
      return fmt::format("DECIMAL({}, {})", duckdb::DecimalType::GetWidth(type), duckdb::DecimalType::GetScale(type));
    case LogicalTypeId::LIST: return fmt::format("ARRAY<{}>", type_to_flink(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::ARRAY: return fmt::format("ARRAY<{}>", type_to_flink(duckdb::ArrayType::GetChildType(type)));
    case LogicalTypeId::MAP:
      return fmt::format("MAP<{}, {}>", type_to_flink(duckdb::MapType::KeyType(type)), type_to_flink(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: return row_to_flink(type);
    default: return type.ToString();
  }
}

}  // namespace deltastream::engine

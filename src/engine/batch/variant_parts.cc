#include "engine/batch/variant_parts.h"

#include <fmt/format.h>

#include "duckdb/common/types.hpp"

namespace deltastream::engine::batch {
namespace {

std::string text(const std::string& name) { return Value(name).ToSQLString(); }

// `depth` keeps the names of nested lambdas apart.
std::string parts(const std::string& expression, const LogicalType& type, int depth) {
  if (!holds_variant(type)) return expression;
  std::string element = fmt::format("deltastream_element_{}", depth);
  auto each = [&](const std::string& list, const LogicalType& child) {
    return fmt::format("list_transform({}, lambda {}: {})", list, element, parts(element, child, depth + 1));
  };
  switch (type.id()) {
    case LogicalTypeId::LIST: return each(expression, duckdb::ListType::GetChildType(type));
    case LogicalTypeId::MAP:
      return fmt::format("CASE WHEN {0} IS NULL THEN NULL ELSE map({1}, {2}) END", expression,
                         each("map_keys(" + expression + ")", duckdb::MapType::KeyType(type)),
                         each("map_values(" + expression + ")", duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: {
      std::string fields;
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
        std::string field = fmt::format("struct_extract({}, {})", expression, text(name));
        fields += fmt::format("{}{}: {}", fields.empty() ? "" : ", ", text(name), parts(field, child, depth));
      }
      return fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE {{{}}} END", expression, fields);
    }
    default: return fmt::format("CASE WHEN {0} IS NULL THEN NULL ELSE CAST(variant_to_parquet_variant({0}) AS STRUCT(metadata BLOB, \"value\" BLOB)) END", expression);
  }
}

}  // namespace

bool holds_variant(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::VARIANT: return true;
    case LogicalTypeId::LIST: return holds_variant(duckdb::ListType::GetChildType(type));
    case LogicalTypeId::MAP: return holds_variant(duckdb::MapType::KeyType(type)) || holds_variant(duckdb::MapType::ValueType(type));
    case LogicalTypeId::STRUCT:
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
        if (holds_variant(child)) return true;
      }
      return false;
    default: return false;
  }
}

std::string variant_parts(const std::string& expression, const LogicalType& type) { return parts(expression, type, 0); }

}  // namespace deltastream::engine::batch

#pragma once
// The schema of a table: the protocol's types, their JSON form (schemaString) and what they are as chunks.
// Value types, immutable in use. Field metadata is kept word for word, known or not, so that rewriting loses nothing.
// Errors: corrupt for JSON that is no schema, unsupported for types that have no vector form, by column and type name.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::delta {

struct StructField;

struct DataType {
  enum class Kind { kPrimitive, kStruct, kArray, kMap };
  Kind kind = Kind::kPrimitive;
  std::string primitive;             // "long", "decimal(10,2)", …: as spelled in the log
  std::vector<StructField> fields;   // struct
  std::vector<DataType> children;    // array: element; map: key, value
  bool contains_null = true;         // array elements, map values
  std::string user_defined;          // the JSON of Spark's user-defined type (udt) that is stored so; kept for rewriting
};

// A key of a field's metadata and its value as raw JSON text.
struct MetadataEntry {
  std::string key;
  std::string json;
};

enum class ColumnMappingMode { kNone, kName, kId };

struct StructField {
  std::string name;
  DataType type;
  bool nullable = true;
  std::vector<MetadataEntry> metadata;

  const MetadataEntry* find_metadata(std::string_view key) const;
  // The value when it is a JSON string.
  std::optional<std::string> metadata_text(std::string_view key) const;
  std::optional<int64_t> metadata_number(std::string_view key) const;
  // The name in files, statistics and partitionValues.
  std::string physical_name(ColumnMappingMode mode) const;
  // delta.columnMapping.id
  std::optional<int32_t> column_id() const;
};

struct Schema {
  std::vector<StructField> fields;

  static Result<Schema> parse(std::string_view json);
  // The types a table gets for these columns; see delta_type().
  static Result<Schema> from_fields(const std::vector<Field>& columns);
  std::string to_json() const;
  // Case-insensitive, as the protocol has it.
  const StructField* find(std::string_view name) const;
  Result<std::vector<Field>> to_fields() const;
};

// timestamp is TIMESTAMP WITH TIME ZONE, timestamp_ntz is TIMESTAMP, binary is BLOB, void is the SQL null type.
Result<LogicalType> logical_type(const DataType& type);
// The reverse. Types that Delta lacks become the smallest that holds them (unsigned integers, UUID and ENUM as string,
// seconds to nanoseconds as timestamp_ntz); TIME, INTERVAL, BIT … are unsupported.
Result<DataType> delta_type(const LogicalType& type);
// The type with the names that files carry, at every nesting level.
Result<LogicalType> physical_type(const DataType& type, ColumnMappingMode mode);
// True when the type, at any depth, is the primitive of that name.
bool contains_primitive(const DataType& type, std::string_view primitive);

}  // namespace deltastream::delta

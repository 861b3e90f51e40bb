#include "engine/delta_scan/file_columns.h"

#include "parquet_reader.hpp"

#include "duckdb/common/string_util.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"

namespace deltastream::engine {
namespace {

using delta::ColumnMappingMode;
using delta::DataType;
using delta::StructField;
using duckdb::MultiFileColumnDefinition;
using duckdb::ParquetColumnSchema;

// No column of a file can have this name: it stands for "not in this file".
constexpr char kNowhere[] = "\x01not in this file";

void set_default(MultiFileColumnDefinition& column) {
  column.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(Value(column.type));
}

MultiFileColumnDefinition definition(const std::string& name, const DataType& type, const LogicalType& shown) {
  MultiFileColumnDefinition column(name, shown);
  set_default(column);
  switch (type.kind) {
    case DataType::Kind::kPrimitive: break;
    case DataType::Kind::kArray:
      column.children.push_back(definition("element", type.children[0], duckdb::ListType::GetChildType(shown)));
      break;
    case DataType::Kind::kMap:
      column.children.push_back(definition("key", type.children[0], duckdb::MapType::KeyType(shown)));
      column.children.push_back(definition("value", type.children[1], duckdb::MapType::ValueType(shown)));
      break;
    case DataType::Kind::kStruct:
      for (size_t i = 0; i < type.fields.size(); i++) {
        column.children.push_back(definition(type.fields[i].name, type.fields[i].type, duckdb::StructType::GetChildType(shown, i)));
      }
      break;
  }
  return column;
}

bool is_time(const LogicalType& type) {
  return type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_TZ || type.id() == LogicalTypeId::TIMESTAMP_NS;
}
bool is_bytes(const LogicalType& type) { return type.id() == LogicalTypeId::VARCHAR || type.id() == LogicalTypeId::BLOB; }

// A group of metadata and value (and perhaps typed_value) that is not annotated as the variant it is.
bool is_variant_group(const ParquetColumnSchema& schema) {
  size_t known = 0;
  for (const auto& child : schema.children) known += child.name == "metadata" || child.name == "value" || child.name == "typed_value";
  return schema.schema_type == duckdb::ParquetColumnSchemaType::COLUMN && schema.type.id() == LogicalTypeId::STRUCT &&
         known == schema.children.size() && known >= 2;
}

// One column of the file: its definition, which the mapping reads, and its schema, which the column reader is made from.
class FileColumn {
 public:
  FileColumn(MultiFileColumnDefinition& definition, ParquetColumnSchema& schema, ColumnMappingMode mode)
      : local_(definition), schema_(schema), mode_(mode) {}

  // Points `column` and what lies in it at this column.
  void adapt(MultiFileColumnDefinition& column, const DataType& type) {
    column.identifier = Value(local_.name);
    switch (type.kind) {
      case DataType::Kind::kPrimitive: adapt_leaf(column.type); break;
      case DataType::Kind::kArray: adapt_list(column, type); break;
      case DataType::Kind::kMap: adapt_map(column, type); break;
      case DataType::Kind::kStruct: adapt_struct(column, type); break;
    }
    local_.type = schema_.type;
  }

 private:
  void adapt_leaf(const LogicalType& wanted) {
    if (wanted.id() == LogicalTypeId::VARIANT && is_variant_group(schema_)) {
      schema_.schema_type = duckdb::ParquetColumnSchemaType::VARIANT;
      schema_.type = wanted;
      local_.children.clear();
    } else if (is_time(wanted) && is_time(schema_.type)) {
      // An instant, whether the file says UTC or not: a cast would shift it by the session's zone. DuckDB reads nanoseconds only
      // from nanoseconds; others are cast.
      const bool has_nanos = schema_.type_info == duckdb::ParquetExtraTypeInfo::UNIT_NS || schema_.type_info == duckdb::ParquetExtraTypeInfo::IMPALA_TIMESTAMP;
      schema_.type = wanted.id() == LogicalTypeId::TIMESTAMP_NS && !has_nanos ? LogicalType::TIMESTAMP : wanted;
    } else if (is_bytes(wanted) && is_bytes(schema_.type)) {
      // Text, whether or not the file says UTF-8: a cast would write the bytes in hexadecimal.
      schema_.type = wanted;
    }
  }
  void adapt_list(MultiFileColumnDefinition& column, const DataType& type) {
    if (schema_.type.id() != LogicalTypeId::LIST || schema_.children.size() != 1) return;
    // DuckDB finds the parts of lists and maps under these names only.
    local_.children[0].name = "list";
    child(local_.children[0], schema_.children[0]).adapt(column.children[0], type.children[0]);
    schema_.type = LogicalType::LIST(schema_.children[0].type);
  }
  void adapt_map(MultiFileColumnDefinition& column, const DataType& type) {
    if (schema_.type.id() != LogicalTypeId::MAP || schema_.children.size() != 1 || schema_.children[0].children.size() != 2) return;
    auto& entry = schema_.children[0];
    auto& local_entry = local_.children[0];
    local_entry.name = "key_value";
    local_entry.children[0].name = "key";
    local_entry.children[1].name = "value";
    for (size_t i = 0; i < 2; i++) child(local_entry.children[i], entry.children[i]).adapt(column.children[i], type.children[i]);
    schema_.type = LogicalType::MAP(entry.children[0].type, entry.children[1].type);
    entry.type = duckdb::ListType::GetChildType(schema_.type);
    local_entry.type = entry.type;
  }
  void adapt_struct(MultiFileColumnDefinition& column, const DataType& type) {
    if (schema_.type.id() != LogicalTypeId::STRUCT) return;
    adapt_fields(type.fields, column.children, local_.children, schema_.children, mode_);
    duckdb::child_list_t<LogicalType> children;
    for (const auto& part : schema_.children) children.emplace_back(part.name, part.type);
    schema_.type = LogicalType::STRUCT(std::move(children));
  }
  FileColumn child(MultiFileColumnDefinition& local, ParquetColumnSchema& schema) { return {local, schema, mode_}; }

  MultiFileColumnDefinition& local_;
  ParquetColumnSchema& schema_;
  ColumnMappingMode mode_;

 public:
  template <class Definitions>
  static void adapt_fields(const std::vector<StructField>& fields, Definitions& columns, duckdb::vector<MultiFileColumnDefinition>& locals,
                           duckdb::vector<ParquetColumnSchema>& schemas, ColumnMappingMode mode) {
    for (size_t i = 0; i < fields.size(); i++) {
      auto place = find(fields[i], locals, mode);
      // void is in no file, whatever stands there under its name.
      if (!place || *place >= schemas.size() || fields[i].type.primitive == "void" || fields[i].type.primitive == "null") {
        columns[i].identifier = Value(kNowhere);
        continue;
      }
      FileColumn(locals[*place], schemas[*place], mode).adapt(columns[i], fields[i].type);
    }
  }

  static std::optional<size_t> find_name(const duckdb::vector<MultiFileColumnDefinition>& locals, const std::string& name) {
    for (size_t i = 0; i < locals.size(); i++) {
      if (locals[i].name == name) return i;
    }
    for (size_t i = 0; i < locals.size(); i++) {
      if (duckdb::StringUtil::CIEquals(locals[i].name, name)) return i;
    }
    return std::nullopt;
  }

 private:
  static std::optional<size_t> find(const StructField& field, const duckdb::vector<MultiFileColumnDefinition>& locals, ColumnMappingMode mode) {
    auto id = field.column_id();
    if (mode == ColumnMappingMode::kId && id) {
      bool any = false;
      for (size_t i = 0; i < locals.size(); i++) {
        if (locals[i].identifier.IsNull()) continue;
        any = true;
        if (locals[i].GetIdentifierFieldId() == *id) return i;
      }
      // Files without ids are found by physical name, which is unique for all time.
      if (any) return std::nullopt;
    }
    return find_name(locals, field.physical_name(mode));
  }
};

}  // namespace

duckdb::vector<MultiFileColumnDefinition> table_columns(const DeltaTable& table) {
  duckdb::vector<MultiFileColumnDefinition> columns;
  const auto& fields = table.snapshot.schema().fields;
  for (size_t i = 0; i < fields.size(); i++) columns.push_back(definition(fields[i].name, fields[i].type, table.columns[i].type));
  return columns;
}

duckdb::vector<MultiFileColumnDefinition> columns_in_file(const DeltaTable& table, duckdb::BaseFileReader& reader) {
  auto columns = table_columns(table);
  auto& parquet = reader.Cast<duckdb::ParquetReader>();
  FileColumn::adapt_fields(table.snapshot.schema().fields, columns, reader.columns, parquet.root_schema->children, table.snapshot.column_mapping());
  return columns;
}

std::optional<size_t> find_in_file(const duckdb::BaseFileReader& reader, const std::string& name) {
  return FileColumn::find_name(reader.columns, name);
}

}  // namespace deltastream::engine

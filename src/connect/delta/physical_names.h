#pragma once
// Structs inside a column, under column mapping: files know their fields by physical names. A column is read as a type that spells
// those, and its vectors are given the declared names afterwards. Pure functions.

#include "common/chunk.h"
#include "common/result.h"
#include "delta/schema.h"
#include "format/parquet.h"

namespace deltastream::connect::delta_table {

// `declared` (of the field's shape) with the physical name of each field of a struct, at every depth.
LogicalType physical_type(const LogicalType& declared, const delta::DataType& type, delta::ColumnMappingMode mode);

// The first `count` rows of `source` as `type`, which is the source's but for the names of fields. Shares the values.
Vector with_declared_names(Vector& source, const LogicalType& type, size_t count);

// The ids of the fields of structs in a column, at every depth, shaped as ParquetFileReader::file_field_ids() has them.
using FieldId = format::ParquetWriteOptions::FieldId;
FieldId nested_ids(const delta::DataType& type);

// For tables whose columns are found by field id: the columns as a file names their fields. Fields that are not in the file have a name
// that it does not know. Structs of a file without ids are gone by name.
struct FileFields {
  const std::vector<Field>& fields;
  const std::vector<FieldId>& ids;
};
LogicalType type_in_file(const format::ParquetReadColumn& column, const FieldId& ids, const FileFields& file);

}  // namespace deltastream::connect::delta_table

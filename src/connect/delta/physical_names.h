#pragma once
// Structs inside a column, under column mapping: files know their fields by physical names. A column is read as a type that spells
// those, and its vectors are given the declared names afterwards. Pure functions.

#include "common/chunk.h"
#include "common/result.h"
#include "delta/schema.h"

namespace deltastream::connect::delta_table {

// `declared` (of the field's shape) with the physical name of each field of a struct, at every depth.
LogicalType physical_type(const LogicalType& declared, const delta::DataType& type, delta::ColumnMappingMode mode);

// The first `count` rows of `source` as `type`, which is the source's but for the names of fields. Shares the values.
Vector with_declared_names(Vector& source, const LogicalType& type, size_t count);

// For tables whose columns are found by field id, which inside of a column is not looked at: fields that the file knows by other
// names than the table are refused (unsupported), never read as null.
Status check_physical_names(const LogicalType& wanted, const LogicalType& in_file);

}  // namespace deltastream::connect::delta_table

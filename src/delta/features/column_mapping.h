#pragma once
// Column mapping: names and ids in files that stay when a column is renamed. For writers.

#include <vector>

#include "common/random.h"
#include "common/result.h"
#include "delta/actions.h"
#include "delta/schema.h"
#include "format/parquet.h"

namespace deltastream::delta {

// For a new table whose configuration asks for it: gives every field, at any depth, an id and a physical name of its own
// and notes delta.columnMapping.maxColumnId. Fields that have both keep them.
Status assign_column_mapping(Schema& schema, StringMap& configuration, Random& random);

// The ids that the fields of `type` carry in Parquet files, nested as its vector type is.
std::vector<format::ParquetWriteOptions::FieldId> field_ids(const std::vector<const StructField*>& fields);

}  // namespace deltastream::delta

#pragma once
// What may change in a schema while files written under the older one stay readable. Pure functions.

#include <string>
#include <string_view>

#include "common/result.h"
#include "delta/schema.h"

namespace deltastream::delta {

// Whether the protocol's type widening lets files of the primitive type `from` be read as `to`.
bool widens(std::string_view from, std::string_view to);

// Every change that fields record in delta.typeChanges is one we can read; else unsupported, naming column and types.
Status check_type_changes(const Schema& schema);

// Under column mapping every field, at every level, has a physical name of its own; else corrupt, naming the column.
Status check_column_mapping(const Schema& schema, ColumnMappingMode mode);

// Whether data written under `older` can be read as `newer`: columns are matched by physical name; one that is only in
// `newer` is null, one only in `older` is left out, one in both has the same type or a wider one. Else unsupported,
// naming the column.
Status check_readable_as(const Schema& older, const Schema& newer, ColumnMappingMode mode);

}  // namespace deltastream::delta

#pragma once
// What switches a feature on in a table: properties and field metadata. Pure functions over metadata and schema.

#include <string_view>

#include "delta/actions.h"
#include "delta/schema.h"

namespace deltastream::delta {

// A property that is "true" in any case.
bool property_is_true(const StringMap& configuration, std::string_view key);
bool has_property_prefix(const StringMap& configuration, std::string_view prefix);
// Whether a field, at any depth, carries a metadata key that begins with `prefix`.
bool any_field_metadata(const Schema& schema, std::string_view prefix);
bool any_primitive(const Schema& schema, std::string_view primitive);
// delta.columnMapping.mode; corrupt when it is none of the protocol's modes.
Result<ColumnMappingMode> column_mapping_mode(const StringMap& configuration);

}  // namespace deltastream::delta

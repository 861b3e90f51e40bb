#pragma once
// Partition values: typed values ↔ the text the log and the folder names hold. Pure functions.
// Null and the empty text are null for every type. Timestamps without a zone in the text are UTC.

#include <optional>
#include <string>
#include <string_view>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::delta {

// corrupt when the text is no value of the type.
Result<Value> parse_partition_value(const std::optional<std::string>& text, const LogicalType& type);
// nullopt for null. unsupported for nested types.
Result<std::optional<std::string>> format_partition_value(const Value& value, const LogicalType& type);
// One Hive folder, "name=value", with Hive's escapes; null is __HIVE_DEFAULT_PARTITION__.
std::string partition_folder(std::string_view column, const std::optional<std::string>& value);

}  // namespace deltastream::delta

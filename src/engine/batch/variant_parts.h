#pragma once
// Variants as files and Arrow hold them: a struct of the two binaries metadata and value, at every depth of a column.

#include <string>

#include "common/chunk.h"

namespace deltastream::engine::batch {

bool holds_variant(const LogicalType& type);
// The SQL expression that gives the value of `expression`, of type `type`, with every variant in its parts.
std::string variant_parts(const std::string& expression, const LogicalType& type);

}  // namespace deltastream::engine::batch

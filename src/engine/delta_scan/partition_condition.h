#pragma once
// Filters that ask for partition columns alone: whatever they say, the log knows the answer for each file. Pure function.

#include <optional>

#include "engine/delta_scan/predicates.h"

namespace deltastream::engine {

// Absent: other columns take part, or the answer is not the same each time.
std::optional<delta::Predicate> partition_condition(const duckdb::Expression& filter, const ScanColumns& columns);

}  // namespace deltastream::engine

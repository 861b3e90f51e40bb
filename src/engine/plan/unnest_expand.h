#pragma once
// UNNEST as the runtime's Expand: each row as often as its lists have elements, with an element of each behind it.

#include <memory>
#include <vector>

#include "engine/plan/expressions.h"

namespace deltastream::engine::plan {

// `lists` refer to the input by position; lists that are shorter than the longest of a row end in NULLs.
std::shared_ptr<const Expand> make_unnest(std::shared_ptr<const DuckDbInstance> duckdb, std::vector<LogicalType> input_types, Expressions lists);

}  // namespace deltastream::engine::plan

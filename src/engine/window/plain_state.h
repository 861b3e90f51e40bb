#pragma once
// Which aggregates have a state of fixed size without pointers, so that its bytes can be copied, merged and checkpointed.
// Pure.

#include "duckdb/planner/expression/bound_aggregate_expression.hpp"

namespace deltastream::engine {

// A list of known functions and argument types: having no destructor does not mean having no pointers (string_agg, list).
bool has_plain_state(const duckdb::BoundAggregateExpression& aggregate);

}  // namespace deltastream::engine

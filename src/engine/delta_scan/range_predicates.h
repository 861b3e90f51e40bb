#pragma once
// Conditions that name a range of a column's values in other words: texts with a prefix, the days and years of times. Pure functions.

#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "engine/delta_scan/predicates.h"

namespace deltastream::engine {

// name LIKE 'ab%', starts_with(name, 'ab').
void add_prefix(const duckdb::BoundFunctionExpression& call, const ScanColumns& columns, std::vector<delta::Predicate>& out);
// year(t), CAST(t AS DATE) and the like, compared with a value.
void add_period(const duckdb::Expression& period, delta::PredicateOp op, const Value& value, const ScanColumns& columns, std::vector<delta::Predicate>& out);

}  // namespace deltastream::engine

#pragma once
// The columns of INSERT INTO: which column of the query goes into which of the table, and whether it may by Flink's rules of
// implicit casts. Throws PlanFailure.

#include <string>
#include <vector>

#include "duckdb/planner/planner.hpp"

#include "engine/plan/places.h"
#include "engine/stream_plan.h"

namespace deltastream::engine::plan {

// Flink's table of implicit casts: never one that can lose a value's size, or make a number of a text.
bool casts_implicitly(const LogicalType& from, const LogicalType& to);

// Puts a projection on top of the bound query whose columns are those of the table, in order and type.
void cast_to_sink(duckdb::Planner& planner, duckdb::ClientContext& context, const InsertStatement& insert, const TableDefinition& table,
                  const Places& places, size_t query);

}  // namespace deltastream::engine::plan

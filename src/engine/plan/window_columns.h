#pragma once
// Finds out whether a column of a plan is a bound of a window, and of which.

#include <optional>

#include "engine/plan/bindings.h"
#include "engine/plan/places.h"
#include "engine/window/aggregation_spec.h"

namespace deltastream::engine::plan {

struct WindowColumn {
  enum class Part { kStart, kEnd, kTime };
  Part part = Part::kStart;
  WindowSpec window;
  // The time that the window was taken of, over the output of `below`.
  const duckdb::Expression* time = nullptr;
  duckdb::LogicalOperator* below = nullptr;
  // HOP and CUMULATE: where the windows of a row become rows.
  duckdb::LogicalOperator* unnest = nullptr;
};

// `expression` is over the output of `op`.
std::optional<WindowColumn> trace_window(const duckdb::Expression& expression, duckdb::LogicalOperator& op);

// A window over rows that have a window_start, window_end or window_time already: which of the two a name means is not clear, so
// it is invalid argument, thrown as PlanFailure. For a plan that is bound, and not optimized yet.
void check_window_columns(const duckdb::LogicalOperator& op, const Places& places, size_t query);

bool same_window(const WindowSpec& a, const WindowSpec& b);

}  // namespace deltastream::engine::plan

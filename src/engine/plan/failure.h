#pragma once
// How planning gives up: thrown inside this folder, where DuckDB's recursion is on the stack anyway, and turned into the
// Error it carries at StreamPlanner's edge.

#include <exception>
#include <string>

#include "common/result.h"

namespace deltastream::engine::plan {

struct PlanFailure : std::exception {
  explicit PlanFailure(Error e) : error(std::move(e)) {}
  const char* what() const noexcept override { return error.message().c_str(); }
  Error error;
};

[[noreturn]] inline void fail(Error error) { throw PlanFailure(std::move(error)); }

}  // namespace deltastream::engine::plan

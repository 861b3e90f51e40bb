#pragma once
// What DuckDB's binder says, in our words and with the place in the script.

#include <exception>

#include "common/result.h"
#include "engine/plan/places.h"

namespace deltastream::engine::plan {

// Offsets in the exception are offsets in `places`; `query` stands for those without one.
Error describe_bind_error(const std::exception& exception, const Places& places, size_t query);

}  // namespace deltastream::engine::plan

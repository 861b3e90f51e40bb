#pragma once
// Whether values between bounds can meet a condition. Pure; conservative: false only when no row can.

#include "delta/scan.h"
#include "delta/statistics.h"

namespace deltastream::delta {

// A column's statistics in one file. `rows`: physical rows, where known. `exact_text`: the bounds are the column's very
// values, not cut or rounded ones.
bool bounds_may_match(const Predicate& predicate, const ColumnBounds& bounds, std::optional<int64_t> rows, bool exact_text);

}  // namespace deltastream::delta

#pragma once
// Columns of files in Spark's older calendar, as DuckDB's expressions see them: see format/parquet/legacy_calendar.h.

#include <memory>
#include <mutex>
#include <optional>

#include "duckdb/planner/expression.hpp"
#include "format/parquet/legacy_calendar.h"

namespace deltastream::engine {

// Where an expression leaves what went wrong: DuckDB's own exceptions would lose its kind on their way.
struct CalendarFailure {
  std::mutex mutex;
  std::optional<Error> error;
};

// The value in the Gregorian calendar. Fails with DuckDB's exception and what it leaves in `failure`.
duckdb::unique_ptr<duckdb::Expression> in_gregorian(duckdb::unique_ptr<duckdb::Expression> value, format::parquet::LegacyCalendar calendar,
                                                    std::shared_ptr<CalendarFailure> failure);

}  // namespace deltastream::engine

#pragma once
// Dates and times that Spark wrote in the hybrid calendar of its versions before 3.0: Julian before 1582-10-15, so that the days stored are not
// those of the proleptic Gregorian calendar, which everyone reads. Such files say so in their footer (Spark's DataSourceUtils.datetimeRebaseSpec);
// without that mark a file is taken as it is. Instants are moved as Spark does in the time zone UTC; of files written in another zone those
// before 1900 are refused, since what the zone's offsets were is told apart by no library at hand. Pure.

#include <string>

#include "common/chunk.h"
#include "common/result.h"

namespace duckdb_parquet {
class FileMetaData;
}

namespace deltastream::format::parquet {

struct LegacyCalendar {
  enum class Times { kAsTheyAre, kOfUtc, kOfAnotherZone };
  bool dates = false;
  Times times = Times::kAsTheyAre;
  std::string zone;

  bool any() const { return dates || times != Times::kAsTheyAre; }
};

LegacyCalendar legacy_calendar(const duckdb_parquet::FileMetaData& metadata);

// Whether a column of the type holds, at any depth, what the calendar moves: DATE and TIMESTAMP WITH TIME ZONE.
bool is_moved(const LegacyCalendar& calendar, const LogicalType& type);

// A copy of the first `count` values, moved. Unsupported for times of another zone that are too old.
Status move_to_gregorian(const LegacyCalendar& calendar, Vector& values, size_t count, Vector& moved);

// The day of the same name in the proleptic Gregorian calendar.
int32_t gregorian_day(int32_t day);

}  // namespace deltastream::format::parquet

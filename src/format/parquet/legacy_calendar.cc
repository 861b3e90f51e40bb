#include "format/parquet/legacy_calendar.h"

#include <algorithm>

#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "format/text/time_text.h"
#include "parquet_types.h"

namespace deltastream::format::parquet {
namespace {

constexpr int32_t kFirstGregorianDay = -141427;                     // 1582-10-15
constexpr int64_t kMicrosOfDay = 86'400'000'000;
constexpr int64_t kZonesAgree = -2'208'988'800'000'000 + kMicrosOfDay;  // 1900-01-02: the zones of both calendars' libraries agree from here on

bool is_utc(const std::string& zone) {
  static constexpr const char* kNames[] = {"", "UTC", "Etc/UTC", "UCT", "Etc/UCT", "GMT", "Etc/GMT", "Z", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal", "Greenwich", "+00:00"};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](const char* name) { return zone == name; });
}

void move_days(Vector& vector, size_t count) {
  auto* days = duckdb::FlatVector::GetData<duckdb::date_t>(vector);
  const auto& validity = duckdb::FlatVector::Validity(vector);
  for (size_t i = 0; i < count; i++) {
    if (validity.RowIsValid(i) && Value::IsFinite(days[i])) days[i].days = gregorian_day(days[i].days);
  }
}

Status move_times(const LegacyCalendar& calendar, Vector& vector, size_t count) {
  auto* times = duckdb::FlatVector::GetData<duckdb::timestamp_t>(vector);
  const auto& validity = duckdb::FlatVector::Validity(vector);
  const bool refuses = calendar.times == LegacyCalendar::Times::kOfAnotherZone;
  for (size_t i = 0; i < count; i++) {
    if (!validity.RowIsValid(i) || !Value::IsFinite(times[i]) || times[i].value >= kZonesAgree) continue;
    if (refuses) return unsupported("it holds times before 1900 in the calendar of Spark before 3.0, written in the time zone '" + calendar.zone + "'; such are read of UTC only");
    const int64_t micros = times[i].value;
    const int64_t day = micros / kMicrosOfDay - (micros % kMicrosOfDay < 0 ? 1 : 0);
    const int64_t shift = gregorian_day(static_cast<int32_t>(day)) - day;
    if (__builtin_add_overflow(micros, shift * kMicrosOfDay, &times[i].value)) return corrupt("it holds a time that the Gregorian calendar has no number for");
  }
  return {};
}

Status move_in_place(const LegacyCalendar& calendar, Vector& vector, size_t count) {
  const LogicalType& type = vector.GetType();
  if (!is_moved(calendar, type)) return {};
  switch (type.id()) {
    case LogicalTypeId::DATE: move_days(vector, count); return {};
    case LogicalTypeId::TIMESTAMP_TZ: return move_times(calendar, vector, count);
    case LogicalTypeId::STRUCT:
      for (auto& child : duckdb::StructVector::GetEntries(vector)) DS_RETURN_IF_ERROR(move_in_place(calendar, *child, count));
      return {};
    default: return move_in_place(calendar, duckdb::ListVector::GetEntry(vector), duckdb::ListVector::GetListSize(vector));
  }
}

}  // namespace

LegacyCalendar legacy_calendar(const duckdb_parquet::FileMetaData& metadata) {
  const auto& entries = metadata.key_value_metadata;
  auto find = [&](const char* key) -> const std::string* {
    auto found = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.key == key; });
    return found == entries.end() ? nullptr : &found->value;
  };
  LegacyCalendar calendar;
  const std::string* version = find("org.apache.spark.version");
  if (!version) return calendar;
  calendar.dates = *version < "3.0.0" || find("org.apache.spark.legacyDateTime");
  const bool int96 = std::any_of(metadata.schema.begin(), metadata.schema.end(), [](const auto& element) { return element.__isset.type && element.type == duckdb_parquet::Type::INT96; });
  const bool times = int96 ? *version < "3.1.0" || find("org.apache.spark.legacyINT96") : calendar.dates;
  if (const std::string* zone = find("org.apache.spark.timeZone")) calendar.zone = *zone;
  if (times) calendar.times = is_utc(calendar.zone) ? LegacyCalendar::Times::kOfUtc : LegacyCalendar::Times::kOfAnotherZone;
  return calendar;
}

bool is_moved(const LegacyCalendar& calendar, const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::DATE: return calendar.dates;
    case LogicalTypeId::TIMESTAMP_TZ: return calendar.times != LegacyCalendar::Times::kAsTheyAre;
    case LogicalTypeId::LIST: return is_moved(calendar, duckdb::ListType::GetChildType(type));
    case LogicalTypeId::MAP: return is_moved(calendar, duckdb::MapType::KeyType(type)) || is_moved(calendar, duckdb::MapType::ValueType(type));
    case LogicalTypeId::STRUCT:
      for (const auto& child : duckdb::StructType::GetChildTypes(type)) {
        if (is_moved(calendar, child.second)) return true;
      }
      return false;
    default: return false;
  }
}

Status move_to_gregorian(const LegacyCalendar& calendar, Vector& values, size_t count, Vector& moved) {
  duckdb::VectorOperations::Copy(values, moved, count, 0, 0);
  return move_in_place(calendar, moved, count);
}

int32_t gregorian_day(int32_t day) {
  if (day >= kFirstGregorianDay) return day;
  // Julian date of the day (https://en.wikipedia.org/wiki/Julian_day#Julian_or_Gregorian_calendar_from_Julian_day_number), counted from the
  // first of March of the year 0, so that leap days come last.
  constexpr int64_t kMarchOfYear0 = -719470;
  constexpr int64_t kDaysOfFourYears = 1461;
  const int64_t since = day - kMarchOfYear0;
  const int64_t cycle = since / kDaysOfFourYears - (since % kDaysOfFourYears < 0 ? 1 : 0);
  const int64_t in_cycle = since - cycle * kDaysOfFourYears;
  const int64_t year_of_cycle = std::min<int64_t>(in_cycle / 365, 3);
  const int64_t in_year = in_cycle - year_of_cycle * 365;
  const int64_t month_index = (5 * in_year + 2) / 153;   // March is 0
  const int64_t day_of_month = in_year - (153 * month_index + 2) / 5;
  const int64_t year = cycle * 4 + year_of_cycle + (month_index >= 10 ? 1 : 0);
  const auto month = static_cast<unsigned>(month_index < 10 ? month_index + 3 : month_index - 9);
  // A leap day that the Gregorian calendar does not have is the first of March, as in Spark.
  return days_from_date(static_cast<int32_t>(year), month, 1) + static_cast<int32_t>(day_of_month);
}

}  // namespace deltastream::format::parquet

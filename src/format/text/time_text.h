#pragma once
// Dates and times as text ↔ counts since 1970-01-01. SQL form "2024-06-30 23:59:59.123" and ISO-8601 "2024-06-30T23:59:59.123Z".
// Pure functions; false means: not of this form, or no such day or time.

#include <cstdint>
#include <string>
#include <string_view>

namespace deltastream::format {

// Days since 1970-01-01 of a day of the Gregorian calendar, and back.
int32_t days_from_date(int32_t year, unsigned month, unsigned day);
void date_from_days(int32_t days, int32_t& year, unsigned& month, unsigned& day);

bool parse_date(std::string_view text, int32_t& days);
// "HH:mm[:ss[.f…]]", digits beyond the microsecond are cut off.
bool parse_time(std::string_view text, int64_t& micros);

struct ParsedTimestamp {
  int64_t seconds = 0;  // UTC when a zone was given, else of the wall clock
  int32_t nanos = 0;
  bool has_zone = false;
};
// Date and time separated by a blank or "T", with an optional zone: "Z", "+02", "+02:00", "+0200".
bool parse_timestamp(std::string_view text, ParsedTimestamp& result);

enum class TimestampForm { kSql, kIso8601 };

void append_date(std::string& out, int32_t days);
// Fraction digits: as many as needed, none when zero.
void append_time(std::string& out, int64_t micros_of_day);
void append_timestamp(std::string& out, int64_t seconds, int32_t nanos, TimestampForm form, bool with_zone);

}  // namespace deltastream::format

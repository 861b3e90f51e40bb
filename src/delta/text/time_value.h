#pragma once
// Dates and timestamps as the log spells them ↔ counts since 1970-01-01. Years go beyond four digits and below zero, as
// Java writes them ("+10000-01-01", "-0001-01-01"). Pure functions; nullopt means: no such text or time, or out of range.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace deltastream::delta {

std::optional<int32_t> parse_days(std::string_view text);
// "y-m-d[ T]h:m:s[.f…]", the date alone, and ISO-8601 with a zone; without one the text is taken as UTC. Digits beyond the
// microsecond are cut off.
std::optional<int64_t> parse_micros(std::string_view text);

void append_days(std::string& out, int32_t days);

enum class TimestampText {
  kSql,        // 2021-09-08 11:11:11.123456
  kIsoMicros,  // 2021-09-08T11:11:11.123456Z
  kIsoMillis,  // 2021-09-08T11:11:11.123
};
// The fraction always has all its digits.
void append_micros(std::string& out, int64_t micros, TimestampText form);
// "2021-09-08T11:11:11.123Z", for messages: as a query can give the time back.
std::string time_of_ms(int64_t ms);

// The year of a day; readers of statistics understand 0 to 9999 only.
int32_t year_of_days(int32_t days);
int64_t floor_divide(int64_t value, int64_t by);

}  // namespace deltastream::delta

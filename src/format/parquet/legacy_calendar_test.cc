#include "format/parquet/legacy_calendar.h"

#include <gtest/gtest.h>

#include "format/text/time_text.h"
#include "parquet_types.h"

namespace deltastream::format::parquet {
namespace {

// The day number of a date of the Julian calendar.
int32_t julian_day(int year, int month, int day) {
  const int a = (14 - month) / 12, y = year + 4800 - a, m = month + 12 * a - 3;
  return day + (153 * m + 2) / 5 + 365 * y + y / 4 - 32083 - 2440588;
}

TEST(LegacyCalendar, EveryDayKeepsItsName) {
  static constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int year = -200; year <= 1582; year++) {
    for (int month = 1; month <= 12; month++) {
      const int days = kDays[month - 1] + (month == 2 && (year % 4 + 4) % 4 == 0);
      for (int day = 1; day <= days && (year < 1582 || month < 10 || (month == 10 && day <= 4)); day++) {
        const int32_t stored = julian_day(year, month, day);
        if (stored >= -141427) break;
        // What the Gregorian calendar lacks of the Julian one's leap days is the first of March.
        ASSERT_EQ(gregorian_day(stored), format::days_from_date(year, static_cast<unsigned>(month), 1) + day - 1) << year << "-" << month << "-" << day;
      }
    }
  }
  for (int32_t day : {-141427, -141426, 0, 19000}) EXPECT_EQ(gregorian_day(day), day);
  EXPECT_EQ(gregorian_day(-141428), format::days_from_date(1582, 10, 4));
}

duckdb_parquet::FileMetaData footer(std::initializer_list<std::pair<const char*, const char*>> entries, bool int96 = false) {
  duckdb_parquet::FileMetaData metadata;
  for (const auto& [key, value] : entries) {
    duckdb_parquet::KeyValue entry;
    entry.key = key;
    entry.__set_value(value);
    metadata.key_value_metadata.push_back(entry);
  }
  duckdb_parquet::SchemaElement leaf;
  leaf.__set_type(int96 ? duckdb_parquet::Type::INT96 : duckdb_parquet::Type::INT64);
  metadata.schema.push_back(leaf);
  return metadata;
}

using Times = LegacyCalendar::Times;

TEST(LegacyCalendar, TheFooterTellsWhoWroteTheFile) {
  EXPECT_FALSE(legacy_calendar(footer({})).any());
  EXPECT_FALSE(legacy_calendar(footer({{"org.apache.spark.version", "3.5.1"}, {"org.apache.spark.timeZone", "UTC"}})).any());
  // Only Spark writes the marks, and always with its version.
  EXPECT_FALSE(legacy_calendar(footer({{"org.apache.spark.legacyDateTime", ""}})).any());
  const LegacyCalendar old = legacy_calendar(footer({{"org.apache.spark.version", "2.4.8"}}));
  EXPECT_TRUE(old.dates);
  EXPECT_EQ(old.times, Times::kOfUtc);
  const LegacyCalendar marked = legacy_calendar(footer({{"org.apache.spark.version", "4.1.0"}, {"org.apache.spark.legacyDateTime", ""}, {"org.apache.spark.timeZone", "Asia/Tokyo"}}));
  EXPECT_TRUE(marked.dates);
  EXPECT_EQ(marked.times, Times::kOfAnotherZone);
  const LegacyCalendar int96 = legacy_calendar(footer({{"org.apache.spark.version", "3.0.3"}, {"org.apache.spark.timeZone", "UTC"}}, true));
  EXPECT_FALSE(int96.dates);
  EXPECT_EQ(int96.times, Times::kOfUtc);
  EXPECT_EQ(legacy_calendar(footer({{"org.apache.spark.version", "3.1.0"}, {"org.apache.spark.legacyDateTime", ""}}, true)).times, Times::kAsTheyAre);
}

TEST(LegacyCalendar, MovesWhatIsOldAtAnyDepth) {
  LegacyCalendar calendar{true, Times::kOfUtc, "UTC"};
  const LogicalType type = LogicalType::STRUCT({{"l", LogicalType::LIST(LogicalType::DATE)}, {"t", LogicalType::TIMESTAMP_TZ}, {"n", LogicalType::TIMESTAMP}});
  ASSERT_TRUE(is_moved(calendar, type));
  EXPECT_FALSE(is_moved(calendar, LogicalType::TIMESTAMP));
  EXPECT_FALSE(is_moved(calendar, LogicalType::LIST(LogicalType::BIGINT)));
  const int64_t day = 86'400'000'000, old_day = julian_day(1000, 2, 29);
  auto row = [&](int32_t date, int64_t time) {
    return Value::STRUCT({{"l", Value::LIST(LogicalType::DATE, {Value::DATE(duckdb::date_t(date)), Value(LogicalType::DATE), Value::DATE(duckdb::date_t(5))})},
                          {"t", Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(time))}, {"n", Value::TIMESTAMP(duckdb::timestamp_t(time))}});
  };
  Vector values(type), moved(type);
  values.SetValue(0, row(static_cast<int32_t>(old_day), old_day * day + 1));
  values.SetValue(1, Value(type));
  values.SetValue(2, row(-141427, -141427 * day));
  ASSERT_TRUE(move_to_gregorian(calendar, values, 3, moved).ok());
  const int64_t new_day = format::days_from_date(1000, 3, 1);
  Value expected = row(static_cast<int32_t>(new_day), new_day * day + 1);
  EXPECT_EQ(duckdb::StructValue::GetChildren(moved.GetValue(0))[0], duckdb::StructValue::GetChildren(expected)[0]);
  EXPECT_EQ(duckdb::StructValue::GetChildren(moved.GetValue(0))[1], duckdb::StructValue::GetChildren(expected)[1]);
  EXPECT_EQ(duckdb::StructValue::GetChildren(moved.GetValue(0))[2], Value::TIMESTAMP(duckdb::timestamp_t(old_day * day + 1)));
  EXPECT_TRUE(moved.GetValue(1).IsNull());
  EXPECT_EQ(moved.GetValue(2), values.GetValue(2));
  EXPECT_EQ(duckdb::StructValue::GetChildren(values.GetValue(0))[1], Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(old_day * day + 1))) << "the values themselves stay";
  calendar.times = Times::kOfAnotherZone;
  EXPECT_EQ(move_to_gregorian(calendar, values, 3, moved).error().kind(), ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace deltastream::format::parquet

#include "delta/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace deltastream::delta {
namespace {

using format::ColumnStatistics;

ColumnStatistics column(std::vector<std::string> path, Value min, Value max, uint64_t nulls = 0) {
  ColumnStatistics statistics;
  statistics.path = std::move(path);
  statistics.type = min.type();
  statistics.min = std::move(min);
  statistics.max = std::move(max);
  statistics.null_count = nulls;
  return statistics;
}

ColumnBounds round_trip(const ColumnStatistics& statistics) {
  std::string json = write_statistics(10, {statistics});
  return StatisticsReader(json).column(statistics.path, statistics.type);
}

std::string repeat(const std::string& text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; i++) out += text;
  return out;
}

TEST(Statistics, WritesOneTreeForEachFact) {
  std::vector<ColumnStatistics> columns = {
      column({"a"}, Value::BIGINT(1), Value::BIGINT(9), 2),
      column({"s", "x"}, Value("k"), Value("m")),
      column({"s", "t", "y"}, Value::DATE(2024, 1, 1), Value::DATE(2024, 12, 31), 3),
      column({"s", "flag"}, Value::BOOLEAN(false), Value::BOOLEAN(true), 4),
      column({"b\""}, Value::DECIMAL(int64_t(-5), 10, 2), Value::DECIMAL(int64_t(12345), 10, 2)),
  };
  EXPECT_EQ(write_statistics(12, columns),
            "{\"numRecords\":12,"
            "\"minValues\":{\"a\":1,\"s\":{\"x\":\"k\",\"t\":{\"y\":\"2024-01-01\"}},\"b\\\"\":-0.05},"
            "\"maxValues\":{\"a\":9,\"s\":{\"x\":\"m\",\"t\":{\"y\":\"2024-12-31\"}},\"b\\\"\":123.45},"
            "\"nullCount\":{\"a\":2,\"s\":{\"x\":0,\"t\":{\"y\":3},\"flag\":4},\"b\\\"\":0}}");
  EXPECT_EQ(write_statistics(0, {}), "{\"numRecords\":0,\"minValues\":{},\"maxValues\":{},\"nullCount\":{}}");
}

TEST(Statistics, ReadsBackEveryType) {
  const std::pair<Value, Value> ranges[] = {
      {Value::TINYINT(-128), Value::TINYINT(127)},
      {Value::SMALLINT(-1), Value::SMALLINT(1)},
      {Value::INTEGER(INT32_MIN), Value::INTEGER(INT32_MAX)},
      {Value::BIGINT(INT64_MIN), Value::BIGINT(INT64_MAX)},
      {Value::FLOAT(0.1f), Value::FLOAT(std::numeric_limits<float>::max())},
      {Value::DOUBLE(-5e-324), Value::DOUBLE(std::numeric_limits<double>::max())},
      {Value::DECIMAL(duckdb::hugeint_t(-5421010862427522171, 17759344522308878337ull), 38, 0),
       Value::DECIMAL(duckdb::hugeint_t(5421010862427522170, 687399551400673279), 38, 0)},
      {Value("a"), Value("ü\n\"\\")},
      {Value::DATE(1582, 10, 15), Value::DATE(9999, 12, 31)},
  };
  for (const auto& [min, max] : ranges) {
    auto bounds = round_trip(column({"c"}, min, max, 7));
    ASSERT_TRUE(bounds.min && bounds.max) << min.ToString();
    EXPECT_EQ(*bounds.min, min);
    EXPECT_EQ(*bounds.max, max);
    EXPECT_EQ(bounds.null_count, 7);
  }
}

TEST(Statistics, LeavesOutWhatHasNoSafeForm) {
  auto infinite = round_trip(column({"c"}, Value::DOUBLE(-HUGE_VAL), Value::DOUBLE(1)));
  EXPECT_FALSE(infinite.min);
  EXPECT_EQ(*infinite.max, Value::DOUBLE(1));
  auto nan = column({"c"}, Value::DOUBLE(0), Value::DOUBLE(1), 3);
  nan.has_nan = true;
  EXPECT_FALSE(round_trip(nan).min);
  EXPECT_FALSE(round_trip(nan).max);
  EXPECT_EQ(round_trip(nan).null_count, 3);
  EXPECT_FALSE(round_trip(column({"c"}, Value::BOOLEAN(false), Value::BOOLEAN(true))).min);
  auto blob = Value::BLOB("x");
  EXPECT_FALSE(round_trip(column({"c"}, blob, blob)).max);
  EXPECT_FALSE(round_trip(column({"c"}, Value::DATE(10000, 1, 1), Value::DATE(10000, 1, 1))).max) << "readers stop at four digits";
  ColumnStatistics empty;
  empty.path = {"c"};
  empty.type = LogicalType::BIGINT;
  empty.null_count = 10;
  EXPECT_FALSE(round_trip(empty).min);
  EXPECT_EQ(round_trip(empty).null_count, 10);
}

TEST(Statistics, CutsStringsToBoundsThatHold) {
  auto cut = [](const std::string& text) { return round_trip(column({"c"}, Value(text), Value(text))); };
  EXPECT_EQ(*cut(repeat("x", 32)).max, Value(repeat("x", 32))) << "32 characters stay whole";
  EXPECT_EQ(*cut(repeat("x", 33)).max, Value(repeat("x", 32) + "\x7f"));
  EXPECT_EQ(*cut(repeat("x", 33)).min, Value(repeat("x", 32)));
  EXPECT_EQ(*cut(repeat("ü", 33)).max, Value(repeat("ü", 32) + "\xf4\x8f\xbf\xbf")) << "cut between characters, not bytes";
  std::string highest = "\xf4\x8f\xbf\xbf";
  EXPECT_EQ(*cut(repeat(highest, 40)).max, Value(repeat(highest, 40))) << "nothing is above: kept whole while short";
  EXPECT_EQ(*cut(repeat("a", 32) + highest + "b").max, Value(repeat("a", 32) + highest + "\x7f"));
  EXPECT_FALSE(cut(repeat(highest, 200)).max);
  EXPECT_TRUE(cut(repeat(highest, 200)).min);
  for (const auto& text : {repeat("x", 500), repeat("\x7f", 40), repeat("€", 33), repeat("a", 32) + "\x7f"}) {
    auto bounds = cut(text);
    EXPECT_LE(duckdb::StringValue::Get(*bounds.min), text);
    EXPECT_GE(duckdb::StringValue::Get(*bounds.max), text);
    EXPECT_LE(duckdb::StringValue::Get(*bounds.max).size(), 33 * 4 + 4u);
  }
}

TEST(Statistics, CutsTimestampsToMillisecondsOnTheSafeSide) {
  for (int64_t micros : {int64_t(1631099471123456), int64_t(-1), int64_t(-1631099471123456), int64_t(0), int64_t(999)}) {
    auto bounds = round_trip(column({"c"}, Value::TIMESTAMP(duckdb::timestamp_t(micros)), Value::TIMESTAMP(duckdb::timestamp_t(micros))));
    EXPECT_LE(bounds.min->GetValue<duckdb::timestamp_t>().value, micros);
    EXPECT_GT(bounds.min->GetValue<duckdb::timestamp_t>().value, micros - 1000);
    EXPECT_GE(bounds.max->GetValue<duckdb::timestamp_t>().value, micros);
    EXPECT_LE(bounds.max->GetValue<duckdb::timestamp_t>().value, micros + 2000);
  }
  auto zoned = Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(1631099471123456));
  EXPECT_EQ(write_statistics(1, {column({"c"}, zoned, zoned)}),
            "{\"numRecords\":1,\"minValues\":{\"c\":\"2021-09-08T11:11:11.123Z\"},\"maxValues\":{\"c\":\"2021-09-08T11:11:11.124Z\"},\"nullCount\":{\"c\":0}}");
  auto local = Value::TIMESTAMP(duckdb::timestamp_t(0));
  EXPECT_NE(write_statistics(1, {column({"c"}, local, local)}).find("\"1970-01-01T00:00:00.000\""), std::string::npos);
}

TEST(StatisticsReader, ReadsOtherWritersTexts) {
  std::string json =
      " { \"numRecords\" : 5, \"tightBounds\":false, \"minValues\":{\"a\":1.0E3,\"d\":12345678901234567890.12,\"t\":\"2021-09-08T11:11:11.000Z\", \"k\\u0041\":\"\\ud83d\\ude00\","
      "\"deep\":{\"x\":[1,{\"}\":\"]\"}],\"y\":-3}},\"maxValues\":{\"a\":null},\"nullCount\":{\"a\":0} }";
  StatisticsReader reader(json);
  EXPECT_EQ(reader.num_records(), 5);
  EXPECT_FALSE(reader.tight_bounds());
  EXPECT_EQ(*reader.column({"a"}, LogicalType::DOUBLE).min, Value::DOUBLE(1000));
  EXPECT_EQ(*reader.column({"a"}, LogicalType::BIGINT).min, Value::BIGINT(1000));
  EXPECT_FALSE(reader.column({"a"}, LogicalType::BIGINT).max);
  EXPECT_EQ(reader.column({"d"}, LogicalType::DECIMAL(38, 2)).min->ToString(), "12345678901234567890.12");
  EXPECT_EQ(*reader.column({"kA"}, LogicalType::VARCHAR).min, Value("😀"));
  EXPECT_EQ(*reader.column({"deep", "y"}, LogicalType::INTEGER).min, Value::INTEGER(-3));
  EXPECT_FALSE(reader.column({"deep", "x"}, LogicalType::INTEGER).min);
  EXPECT_FALSE(reader.column({"absent"}, LogicalType::INTEGER).null_count);
  EXPECT_FALSE(reader.column({}, LogicalType::INTEGER).min);
}

// Delta before 3.1 cut "aaa😀" to "aaa\ufffd", which is below it.
TEST(StatisticsReader, OldCutMaximaAreNone) {
  auto bounds = StatisticsReader("{\"minValues\":{\"s\":\"a\xef\xbf\xbd\"},\"maxValues\":{\"s\":\"a\xef\xbf\xbd\"}}").column({"s"}, LogicalType::VARCHAR);
  EXPECT_TRUE(bounds.min);
  EXPECT_FALSE(bounds.max);
}

TEST(StatisticsReader, BoundsBeforeTheGregorianCalendarAreNone) {
  StatisticsReader reader(
      R"({"minValues":{"d":"1582-10-14","t":"0100-01-01T00:00:00.000Z","e":"1582-10-15"},"maxValues":{"d":"1582-10-15","t":"1582-10-15T00:00:00.000Z"}})");
  EXPECT_FALSE(reader.column({"d"}, LogicalType::DATE).min);
  EXPECT_EQ(*reader.column({"d"}, LogicalType::DATE).max, Value::DATE(1582, 10, 15));
  EXPECT_EQ(*reader.column({"e"}, LogicalType::DATE).min, Value::DATE(1582, 10, 15));
  EXPECT_FALSE(reader.column({"t"}, LogicalType::TIMESTAMP_TZ).min);
  EXPECT_TRUE(reader.column({"t"}, LogicalType::TIMESTAMP_TZ).max);
}

TEST(StatisticsReader, FindsNothingInBrokenTexts) {
  const std::string whole = "{\"numRecords\":5,\"minValues\":{\"a\":[1,\"x\\\"\"],\"b\":1},\"maxValues\":{\"b\":2},\"nullCount\":{\"b\":0}}";
  for (size_t size = 0; size < whole.size(); size++) {
    std::string cut = whole.substr(0, size);
    auto bounds = StatisticsReader(cut).column({"b"}, LogicalType::INTEGER);
    EXPECT_FALSE(bounds.min || bounds.max || bounds.null_count) << cut;
  }
  EXPECT_TRUE(StatisticsReader(whole).column({"b"}, LogicalType::INTEGER).min);
  for (const char* text : {"", "null", "[]", "{\"numRecords\":-1}", "{\"numRecords\":1.5}", "{\"numRecords\":\"1\"}", "{numRecords:1}"}) {
    EXPECT_FALSE(StatisticsReader(text).num_records()) << text;
    EXPECT_TRUE(StatisticsReader(text).tight_bounds()) << text;
  }
  EXPECT_FALSE(StatisticsReader("{\"minValues\":{\"c\":\"\xff\"}}").column({"c"}, LogicalType::VARCHAR).min);
  EXPECT_FALSE(StatisticsReader("{\"minValues\":{\"c\":\"\\ud800\"}}").column({"c"}, LogicalType::VARCHAR).min);
  EXPECT_FALSE(StatisticsReader("{\"minValues\":{\"c\":300}}").column({"c"}, LogicalType::TINYINT).min);
  EXPECT_FALSE(StatisticsReader("{\"minValues\":{\"c\":\"abc\"}}").column({"c"}, LogicalType::DATE).min);
}

}  // namespace
}  // namespace deltastream::delta

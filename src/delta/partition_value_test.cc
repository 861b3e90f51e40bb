#include "delta/partition_value.h"

#include <gtest/gtest.h>

#include "delta/text/time_value.h"

namespace deltastream::delta {
namespace {

using Text = std::optional<std::string>;

std::string parsed(const std::string& text, const LogicalType& type) {
  auto value = parse_partition_value(text, type);
  if (!value.ok()) return std::string(kind_name(value.error().kind()));
  EXPECT_EQ(value->type(), type);
  return value->ToString();
}

Text formatted(const Value& value) { return format_partition_value(value, value.type()).value(); }

// What is written reads back as the same value.
void expect_text(const Value& value, const std::string& text) {
  EXPECT_EQ(formatted(value), text);
  auto back = parse_partition_value(text, value.type());
  ASSERT_TRUE(back.ok()) << back.error().describe();
  EXPECT_EQ(back.value(), value) << text;
}

TEST(PartitionValue, WritesEveryTypeAsItReadsBack) {
  expect_text(Value("a b/ü"), "a b/ü");
  expect_text(Value::BOOLEAN(true), "true");
  expect_text(Value::TINYINT(-128), "-128");
  expect_text(Value::SMALLINT(32767), "32767");
  expect_text(Value::INTEGER(INT32_MIN), "-2147483648");
  expect_text(Value::BIGINT(INT64_MIN), "-9223372036854775808");
  expect_text(Value::DOUBLE(1.5), "1.5");
  expect_text(Value::DOUBLE(1e10), "1.0E10");
  expect_text(Value::DOUBLE(-1.25e-7), "-1.25E-7");
  expect_text(Value::DOUBLE(9999999.0), "9999999.0");
  expect_text(Value::DOUBLE(HUGE_VAL), "Infinity");
  expect_text(Value::FLOAT(0.1f), "0.1");
  expect_text(Value::FLOAT(3e38f), "3.0E38");
  expect_text(Value::DECIMAL(int64_t(-5), 10, 2), "-0.05");
  expect_text(Value::DECIMAL(int16_t(5), 2, 2), "0.05");
  expect_text(Value::DATE(2024, 2, 29), "2024-02-29");
  expect_text(Value::DATE(duckdb::date_t(-719528)), "0000-01-01");
  expect_text(Value::DATE(duckdb::date_t(-719529)), "-0001-12-31");
  expect_text(Value::DATE(duckdb::date_t(2932897)), "+10000-01-01");
  expect_text(Value::TIMESTAMP(duckdb::timestamp_t(-1)), "1969-12-31 23:59:59.999999");
  expect_text(Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(1631099471123456)), "2021-09-08T11:11:11.123456Z");
  expect_text(Value::BLOB(duckdb::const_data_ptr_cast("\x01\x02"), 2), "\x01\x02");
  expect_text(Value::DECIMAL(duckdb::hugeint_t(5421010862427522170, 687399551400673279), 38, 18), "99999999999999999999.999999999999999999");
}

TEST(PartitionValue, ReadsWhatOtherWritersWrite) {
  EXPECT_EQ(parsed("NaN", LogicalType::DOUBLE), "nan");
  EXPECT_EQ(parsed("-Infinity", LogicalType::FLOAT), "-inf");
  EXPECT_EQ(parsed("1.0E10", LogicalType::DOUBLE), "10000000000.0");
  EXPECT_EQ(parsed("TRUE", LogicalType::BOOLEAN), "true");
  EXPECT_EQ(parsed("1", LogicalType::BOOLEAN), "true");
  EXPECT_EQ(parsed(" No ", LogicalType::BOOLEAN), "false");
  EXPECT_EQ(parsed(" 5", LogicalType::BIGINT), "5");
  EXPECT_EQ(parsed(" 2024-01-02 ", LogicalType::DATE), "2024-01-02");
  EXPECT_EQ(parsed(" 5", LogicalType::VARCHAR), " 5");
  EXPECT_EQ(parsed("__HIVE_DEFAULT_PARTITION__", LogicalType::BIGINT), "NULL");
  EXPECT_EQ(parsed("__HIVE_DEFAULT_PARTITION__", LogicalType::VARCHAR), "__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(parsed("-2342342.23423", LogicalType::DECIMAL(20, 5)), "-2342342.23423");
  EXPECT_EQ(parsed("1E-2", LogicalType::DECIMAL(10, 2)), "0.01");
  EXPECT_EQ(parsed("7", LogicalType::DECIMAL(10, 2)), "7.00") << "a widened integer column keeps its old text";
  EXPECT_EQ(parsed("2021-09-08 11:11:11", LogicalType::TIMESTAMP), "2021-09-08 11:11:11");
  EXPECT_EQ(parsed("2021-09-08", LogicalType::TIMESTAMP), "2021-09-08 00:00:00") << "a widened date";
  EXPECT_EQ(parsed("2021-09-08 11:11:11.5", LogicalType::TIMESTAMP_TZ), "2021-09-08 11:11:11.5+00");
  EXPECT_EQ(parsed("2021-09-08T11:11:11.5+02:00", LogicalType::TIMESTAMP_TZ), "2021-09-08 09:11:11.5+00");
  EXPECT_EQ(parsed("1970-01-01T00:00:00.123456789Z", LogicalType::TIMESTAMP_NS), "1970-01-01 00:00:00.123456789");
  EXPECT_EQ(parsed("1969-12-31T23:59:59.9999999", LogicalType::TIMESTAMP_NS), "1969-12-31 23:59:59.9999999");
  EXPECT_EQ(parsed("2021-09-08 11:11:11", LogicalType::TIMESTAMP_NS), "2021-09-08 11:11:11");
}

TEST(PartitionValue, NullAndEmptyAreNull) {
  for (const auto& type : {LogicalType::VARCHAR, LogicalType::INTEGER, LogicalType::BLOB, LogicalType::TIMESTAMP}) {
    EXPECT_TRUE(parse_partition_value(std::nullopt, type)->IsNull());
    EXPECT_TRUE(parse_partition_value("", type)->IsNull());
    EXPECT_EQ(formatted(Value(type)), std::nullopt);
  }
  EXPECT_EQ(formatted(Value("")), std::nullopt);
}

TEST(PartitionValue, RefusesWhatIsNoValue) {
  EXPECT_EQ(parsed("x", LogicalType::INTEGER), "corrupt");
  EXPECT_EQ(parsed("128", LogicalType::TINYINT), "corrupt");
  EXPECT_EQ(parsed("1.001", LogicalType::DECIMAL(10, 2)), "corrupt");
  EXPECT_EQ(parsed("-2342342.-23423", LogicalType::DECIMAL(20, 5)), "corrupt");
  EXPECT_EQ(parsed("2021-02-30", LogicalType::DATE), "corrupt");
  EXPECT_EQ(parsed("2021-02-20 25:00:00", LogicalType::TIMESTAMP), "corrupt");
  EXPECT_EQ(parsed("perhaps", LogicalType::BOOLEAN), "corrupt");
  EXPECT_EQ(parsed("\xff\xfe", LogicalType::VARCHAR), "corrupt");
  // The counts that vectors hold for the infinities.
  EXPECT_EQ(parsed("+5881580-07-11", LogicalType::DATE), "corrupt");
  EXPECT_EQ(parsed("+5881580-07-10", LogicalType::DATE), "5881580-07-10");
  EXPECT_EQ(parsed("+294247-01-10 04:00:54.775807", LogicalType::TIMESTAMP), "corrupt");
  EXPECT_EQ(parsed("+294247-01-10 04:00:54.775806", LogicalType::TIMESTAMP_TZ), "294247-01-10 04:00:54.775806+00");
  auto binary = Value::BLOB(duckdb::const_data_ptr_cast("\xff\xfe"), 2);
  EXPECT_EQ(format_partition_value(binary, binary.type()).error().kind(), ErrorKind::kUnsupported);
  auto list = LogicalType::LIST(LogicalType::INTEGER);
  EXPECT_EQ(format_partition_value(Value::LIST(LogicalType::INTEGER, {Value::INTEGER(1)}), list).error().kind(), ErrorKind::kUnsupported);
}

TEST(PartitionFolder, EscapesAsHiveDoes) {
  EXPECT_EQ(partition_folder("p", "a"), "p=a");
  EXPECT_EQ(partition_folder("p", std::nullopt), "p=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(partition_folder("p", ""), "p=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(partition_folder("a=b", "x/y:z%"), "a%3Db=x%2Fy%3Az%25");
  EXPECT_EQ(partition_folder("p", "ü \x01\x7f"), "p=ü %01%7F");
}

TEST(TimeValue, WritesTheFirstTimeThereIs) {
  std::string text;
  append_micros(text, INT64_MIN + 2, TimestampText::kSql);
  EXPECT_EQ(text, "-290308-12-21 19:59:05.224194");
  EXPECT_EQ(parse_micros(text), INT64_MIN + 2);
}

TEST(TimeValue, RefusesTextThatIsNearlyATime) {
  for (const char* text : {"", "2021", "2021-1", "2021-13-01", "2021-00-01", "2021-01-01 ", "2021-01-01 1", "2021-01-01 10:00:00.", "2021-01-01 10:00:00 Z",
                           "2021-01-01 10:00:00+1", "99999999999-01-01", "300000-01-01 00:00:00"}) {
    EXPECT_FALSE(parse_micros(text)) << text;
  }
  EXPECT_EQ(parse_micros("1970-01-01 00:00:00.0000019"), 1);
  EXPECT_EQ(parse_micros("1970-01-01T01:00:00+01"), 0);
}

}  // namespace
}  // namespace deltastream::delta

#include <gtest/gtest.h>

#include "format/decode_testing.h"

namespace deltastream::format::testing {
namespace {

using Lines = std::vector<std::string>;

// Encodes one row of these values.
std::string encode(const std::string& format, const std::vector<Value>& values, const FormatOptions& options = {}) {
  std::vector<Field> fields;
  duckdb::vector<LogicalType> types;
  for (size_t i = 0; i < values.size(); i++) {
    fields.push_back({"c" + std::to_string(i), values[i].type()});
    types.push_back(values[i].type());
  }
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  for (size_t i = 0; i < values.size(); i++) chunk.SetValue(i, 0, values[i]);
  chunk.SetCardinality(1);
  auto encoder = make_encoder(format, fields, options);
  if (!encoder.ok()) return encoder.error().message();
  std::string text;
  Status status = (*encoder)->encode(chunk, [&](std::string_view row) -> Status {
    text += row;
    return {};
  });
  return status.ok() ? text : status.error().message();
}

std::string json(const Value& value, const FormatOptions& options = {}) {
  std::string text = encode("json", {value}, options);
  return text.substr(6, text.size() - 7);
}

Value cast(const std::string& text, const LogicalType& type) { return Value(text).DefaultCastAs(type); }

TEST(JsonEncoder, WritesEachType) {
  EXPECT_EQ(json(Value::BOOLEAN(true)), "true");
  EXPECT_EQ(json(Value::TINYINT(-128)), "-128");
  EXPECT_EQ(json(Value::UBIGINT(UINT64_MAX)), "18446744073709551615");
  EXPECT_EQ(json(Value::DOUBLE(0.1)), "0.1");
  EXPECT_EQ(json(Value::DOUBLE(1)), "1.0");
  EXPECT_EQ(json(Value::DOUBLE(1e300)), "1e+300");
  EXPECT_EQ(json(Value::FLOAT(NAN)), "\"NaN\"");
  EXPECT_EQ(json(Value::DOUBLE(-INFINITY)), "\"-Infinity\"");
  EXPECT_EQ(json(cast("-0.05", LogicalType::DECIMAL(4, 2))), "-0.05");
  EXPECT_EQ(json(cast("-99999999999999999999999999999.999999999", LogicalType::DECIMAL(38, 9))), "-99999999999999999999999999999.999999999");
  EXPECT_EQ(json(cast("7", LogicalType::DECIMAL(9, 0))), "7");
  EXPECT_EQ(json(Value("a\"b\\c\n\x01ä")), "\"a\\\"b\\\\c\\n\\u0001ä\"");
  EXPECT_EQ(json(Value::BLOB_RAW(std::string("\x00\x01\xff\x10", 4))), "\"AAH/EA==\"");
  EXPECT_EQ(json(cast("2024-02-29", LogicalType::DATE)), "\"2024-02-29\"");
  EXPECT_EQ(json(cast("01:02:03.5", LogicalType::TIME)), "\"01:02:03.5\"");
  EXPECT_EQ(json(cast("170141183460469231731687303715884105727", LogicalType::HUGEINT)), "170141183460469231731687303715884105727");
  EXPECT_EQ(json(Value(LogicalType::INTEGER)), "null");
}

TEST(JsonEncoder, WritesTimestampsInBothForms) {
  FormatOptions iso{{"timestamp-format.standard", "ISO-8601"}};
  Value plain = cast("1969-12-31 23:59:59.25", LogicalType::TIMESTAMP), zoned = Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(1'500'000));
  EXPECT_EQ(json(plain), "\"1969-12-31 23:59:59.25\"");
  EXPECT_EQ(json(plain, iso), "\"1969-12-31T23:59:59.25\"");
  EXPECT_EQ(json(zoned), "\"1970-01-01 00:00:01.5Z\"");
  EXPECT_EQ(json(zoned, iso), "\"1970-01-01T00:00:01.5Z\"");
}

TEST(JsonEncoder, WritesNestedValues) {
  auto type = LogicalType::STRUCT({{"a", LogicalType::LIST(LogicalType::INTEGER)}, {"m", LogicalType::MAP(LogicalType::INTEGER, LogicalType::VARCHAR)}});
  EXPECT_EQ(json(cast("{'a': [1, NULL], 'm': {1=x, 2=NULL}}", type)), R"({"a":[1,null],"m":{"1":"x","2":null}})");
  EXPECT_EQ(json(cast("{'a': [], 'm': NULL}", type)), R"({"a":[],"m":null})");
  EXPECT_EQ(json(Value(type)), "null");
}

TEST(JsonEncoder, WritesWholeRecords) { EXPECT_EQ(encode("json", {Value::INTEGER(1), Value("x")}), R"({"c0":1,"c1":"x"})"); }

TEST(CsvEncoder, QuotesOnlyWhereNeeded) {
  EXPECT_EQ(encode("csv", {Value::INTEGER(1), Value("plain"), Value("a,b"), Value("a\"b"), Value(""), Value(LogicalType::VARCHAR), Value("#x")}),
            "1,plain,\"a,b\",\"a\"\"b\",\"\",,\"#x\"");
  EXPECT_EQ(encode("csv", {Value("NA"), Value(LogicalType::INTEGER), Value("x;y")}, {{"null-literal", "NA"}, {"field-delimiter", ";"}}), "\"NA\";NA;\"x;y\"");
  EXPECT_EQ(encode("csv", {Value("a\\b\"c,")}, {{"escape-character", "\\"}}), "\"a\\\\b\"\"c,\"");
  EXPECT_EQ(encode("csv", {Value::LIST({Value::INTEGER(1), Value::INTEGER(2)})}), "\"[1,2]\"");
}

// What an encoder writes the decoder of the same format reads again.
TEST(Encoders, RoundTrip) {
  std::vector<Value> values{Value::BIGINT(-5), Value("a,\"b\"\n\\ü"), cast("1.50", LogicalType::DECIMAL(10, 2)), cast("0001-01-01 00:00:00", LogicalType::TIMESTAMP),
                            Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(-1)), Value::BLOB_RAW("\x01\x02"), Value::DOUBLE(INFINITY), Value::FLOAT(0.1f), cast("9999-12-31", LogicalType::DATE)};
  for (const FormatOptions& options : {FormatOptions{}, FormatOptions{{"columns", "c0,c1,c2,c3,c4,c5,c6,c7,c8"}}}) {
    std::string format = options.empty() ? "json" : "csv", expected;
    std::vector<DecodeColumn> columns;
    for (size_t i = 0; i < values.size(); i++) {
      columns.push_back({{"c" + std::to_string(i)}, values[i].type(), i});
      expected += (i ? " | " : "") + values[i].ToString();
    }
    Decoded decoded = decode(format, columns, options, {encode(format, values, options)});
    EXPECT_EQ(decoded.rows, Lines{expected}) << format;
    EXPECT_TRUE(decoded.malformed.empty());
  }
}

}  // namespace
}  // namespace deltastream::format::testing

#include <gtest/gtest.h>

#include "format/decode_testing.h"

namespace deltastream::format::testing {
namespace {

using Lines = std::vector<std::string>;

Lines json(const LogicalType& type, const std::string& value, const FormatOptions& options = {}) {
  Decoded decoded = decode("json", column("v", type), options, {"{\"v\":" + value + "}"});
  EXPECT_TRUE(decoded.status.ok()) << decoded.status.error().to_string();
  return decoded.rows.empty() ? decoded.malformed : decoded.rows;
}

TEST(JsonDecoder, ReadsEachType) {
  EXPECT_EQ(json(LogicalType::BOOLEAN, "true"), Lines{"true"});
  EXPECT_EQ(json(LogicalType::BOOLEAN, "\"FALSE\""), Lines{"false"});
  EXPECT_EQ(json(LogicalType::TINYINT, "-128"), Lines{"-128"});
  EXPECT_EQ(json(LogicalType::SMALLINT, "\"32767\""), Lines{"32767"});
  EXPECT_EQ(json(LogicalType::INTEGER, " 7 "), Lines{"7"});
  EXPECT_EQ(json(LogicalType::BIGINT, "-9223372036854775808"), Lines{"-9223372036854775808"});
  EXPECT_EQ(json(LogicalType::BIGINT, "1.20e1"), Lines{"12"});
  EXPECT_EQ(json(LogicalType::UBIGINT, "18446744073709551615"), Lines{"18446744073709551615"});
  EXPECT_EQ(json(LogicalType::FLOAT, "0.1"), Lines{"0.1"});
  EXPECT_EQ(json(LogicalType::DOUBLE, "-1.5e-3"), Lines{"-0.0015"});
  EXPECT_EQ(json(LogicalType::DOUBLE, "\"NaN\""), Lines{"nan"});
  EXPECT_EQ(json(LogicalType::DOUBLE, "1e-999"), Lines{"0.0"});
  EXPECT_EQ(json(LogicalType::DATE, "\"2024-02-29\""), Lines{"2024-02-29"});
  EXPECT_EQ(json(LogicalType::TIME, "\"23:59:59.5\""), Lines{"23:59:59.5"});
  EXPECT_EQ(json(LogicalType::BLOB, "\"AAH/\""), Lines{"\\x00\\x01\\xFF"});
  EXPECT_EQ(json(LogicalType::BLOB, "\"aGVsbG8gd29ybGQgdGhlcmU=\""), Lines{"hello world there"});
}

TEST(JsonDecoder, ReadsDecimalsExactly) {
  EXPECT_EQ(json(LogicalType::DECIMAL(4, 2), "12.345"), Lines{"12.35"});
  EXPECT_EQ(json(LogicalType::DECIMAL(9, 3), "\"-0.0005\""), Lines{"-0.001"});
  EXPECT_EQ(json(LogicalType::DECIMAL(18, 0), "1e17"), Lines{"100000000000000000"});
  EXPECT_EQ(json(LogicalType::DECIMAL(38, 10), "1234567890123456789012345678.0123456789"), Lines{"1234567890123456789012345678.0123456789"});
  EXPECT_EQ(json(LogicalType::DECIMAL(38, 0), "-99999999999999999999999999999999999999"), Lines{"-99999999999999999999999999999999999999"});
  EXPECT_EQ(json(LogicalType::DECIMAL(4, 2), "99.995"), Lines{"0: column 'v': '99.995' is no DECIMAL(4,2)"});
  EXPECT_EQ(json(LogicalType::DECIMAL(4, 2), "1e999999999999"), Lines{"0: column 'v': '1e999999999999' is no DECIMAL(4,2)"});
  EXPECT_EQ(json(LogicalType::DECIMAL(4, 2), "0e999999999999"), Lines{"0.00"});
}

TEST(JsonDecoder, ReadsTimestampsInBothForms) {
  EXPECT_EQ(json(LogicalType::TIMESTAMP, "\"2024-06-30 23:59:59.123456789\""), Lines{"2024-06-30 23:59:59.123456"});
  EXPECT_EQ(json(LogicalType::TIMESTAMP, "\"2024-06-30T23:59\""), Lines{"2024-06-30 23:59:00"});
  EXPECT_EQ(json(LogicalType::TIMESTAMP, "\"1969-12-31T23:59:59.9Z\""), Lines{"1969-12-31 23:59:59.9"});
  EXPECT_EQ(json(LogicalType::TIMESTAMP_TZ, "\"2024-06-30T23:59:59+02:00\""), Lines{"2024-06-30 21:59:59+00"});
  EXPECT_EQ(json(LogicalType::TIMESTAMP_TZ, "\"2024-06-30 23:59:59-0130\""), Lines{"2024-07-01 01:29:59+00"});
  EXPECT_EQ(json(LogicalType::TIMESTAMP_MS, "\"2024-06-30 23:59:59.123\""), Lines{"2024-06-30 23:59:59.123"});
  EXPECT_EQ(json(LogicalType::TIMESTAMP_NS, "\"2024-06-30 23:59:59.123456789\""), Lines{"2024-06-30 23:59:59.123456789"});
  EXPECT_EQ(json(LogicalType::TIMESTAMP_TZ, "\"2024-06-30 23:59:59\"")[0],
            "0: column 'v': '2024-06-30 23:59:59' is no TIMESTAMP WITH TIME ZONE");
  for (const char* bad : {"2023-02-29 00:00:00", "2024-13-01 00:00:00", "2024-01-01 24:00:00", "2024-01-01 00:60:00", "2024-01-01", "2024-01-01 00:00:00.",
                          "2024-01-01 00:00:00+25", "2024-01-01_00:00:00", "x024-01-01 00:00:00"}) {
    EXPECT_EQ(json(LogicalType::TIMESTAMP, "\"" + std::string(bad) + "\"")[0], "0: column 'v': '" + std::string(bad) + "' is no TIMESTAMP");
  }
}

TEST(JsonDecoder, ReadsStrings) {
  EXPECT_EQ(json(LogicalType::VARCHAR, "\"plain and longer than twelve bytes\""), Lines{"plain and longer than twelve bytes"});
  EXPECT_EQ(json(LogicalType::VARCHAR, R"("a\"b\\c\/d\u00e4\ud83d\ude00\n")"), Lines{"a\"b\\c/dä😀\n"});
  EXPECT_EQ(json(LogicalType::VARCHAR, R"("\ud83d!")"), Lines{"\xEF\xBF\xBD!"});
  EXPECT_EQ(json(LogicalType::VARCHAR, "12.50"), Lines{"12.50"});
  EXPECT_EQ(json(LogicalType::VARCHAR, "{\"a\": [1, {}]} "), Lines{"{\"a\": [1, {}]}"});
  EXPECT_EQ(json(LogicalType::VARCHAR, "true"), Lines{"true"});
  EXPECT_EQ(json(LogicalType::VARCHAR, "null"), Lines{"NULL"});
  EXPECT_EQ(json(LogicalType::VARCHAR, R"("\x")")[0], "0: a string holds an escape that JSON does not have");
}

TEST(JsonDecoder, ReadsNestedValues) {
  auto row = LogicalType::STRUCT({{"a", LogicalType::INTEGER}, {"b", LogicalType::LIST(LogicalType::VARCHAR)}});
  EXPECT_EQ(json(row, R"({"b":["x",null],"a":1,"c":{}})"), Lines{"{'a': 1, 'b': [x, NULL]}"});
  EXPECT_EQ(json(row, "{}"), Lines{"{'a': NULL, 'b': NULL}"});
  EXPECT_EQ(json(LogicalType::LIST(row), R"([{"a":1},null,{"b":[]}])"), Lines{"[{'a': 1, 'b': NULL}, NULL, {'a': NULL, 'b': []}]"});
  EXPECT_EQ(json(LogicalType::LIST(LogicalType::LIST(LogicalType::INTEGER)), "[[1,2],[],null,[3]]"), Lines{"[[1, 2], [], NULL, [3]]"});
  auto map = LogicalType::MAP(LogicalType::VARCHAR, LogicalType::INTEGER);
  EXPECT_EQ(json(map, R"({"x":1,"y":null})"), Lines{"{x=1, y=NULL}"});
  EXPECT_EQ(json(map, R"({"k":1,"\u006b":2})"), Lines{"{k=2}"});
  EXPECT_EQ(json(LogicalType::MAP(LogicalType::VARCHAR, map), R"({"a":{"b":1},"c":{},"d":null})"), Lines{"{a={b=1}, c={}, d=NULL}"});
}

TEST(JsonDecoder, ManyEqualMapKeysKeepTheLast) {
  std::string text;
  for (int i = 0; i < 100; i++) text += (i ? ",\"" : "{\"") + std::to_string(i % 2) + "\":" + std::to_string(i);
  EXPECT_EQ(json(LogicalType::MAP(LogicalType::VARCHAR, LogicalType::INTEGER), text + "}"), Lines{"{0=98, 1=99}"});
}

TEST(JsonDecoder, LongListsGrowTheirVectors) {
  std::string numbers = "[";
  for (int i = 0; i < 5000; i++) numbers += std::to_string(i) + ",";
  numbers += "5000]";
  Decoded decoded = decode("json", column("v", LogicalType::LIST(LogicalType::LIST(LogicalType::BIGINT))), {}, {"{\"v\":[" + numbers + "]}", "{\"v\":[[1],[2]]}"});
  ASSERT_EQ(decoded.rows.size(), 2u);
  EXPECT_EQ(decoded.rows[0].substr(0, 10), "[[0, 1, 2,");
  EXPECT_EQ(decoded.rows[1], "[[1], [2]]");
}

std::vector<DecodeColumn> bid_columns() {
  return {{{"bid", "price"}, LogicalType::BIGINT, 1}, {{"id"}, LogicalType::INTEGER, 0}, {{"bid", "price"}, LogicalType::VARCHAR, 2}};
}

TEST(JsonDecoder, ReachesIntoRowsAndTakesAPathTwice) {
  Decoded decoded = decode("json", bid_columns(), {}, {R"({"id":1,"bid":{"x":0,"price":10}})", R"({"bid":null,"id":2})", R"({"id":3})", R"({"bid":{"price":4},"id":4,"z":[]})"});
  EXPECT_EQ(decoded.rows, (Lines{"1 | 10 | 10", "2 | NULL | NULL", "3 | NULL | NULL", "4 | 4 | 4"}));
  EXPECT_EQ(decoded.kept, (std::vector<uint32_t>{0, 1, 2, 3}));
}

TEST(JsonDecoder, TakesARowWholeAndInPart) {
  std::vector<DecodeColumn> columns{{{"r"}, LogicalType::STRUCT({{"a", LogicalType::INTEGER}}), 0}, {{"r", "a"}, LogicalType::BIGINT, 1}};
  EXPECT_EQ(decode("json", columns, {}, {R"({"r":{"a":5}})", R"({"r":null})"}).rows, (Lines{"{'a': 5} | 5", "NULL | NULL"}));
}

TEST(JsonDecoder, OfEqualKeysTheLastCounts) {
  EXPECT_EQ(decode("json", bid_columns(), {}, {R"({"id":1,"bid":{"price":1},"id":2,"bid":{}})", R"({"id":null,"id":3})"}).rows, (Lines{"2 | NULL | NULL", "3 | NULL | NULL"}));
}

TEST(JsonDecoder, LeavesOutMalformedRecordsAndKeepsTheirNeighbours) {
  Lines bad{R"({"id": )", "", "   ", "nope", "[1, 2]", "1", R"({"id":1}})", R"({"id":1} {"id":2})", R"({"id":1,})", R"({"id":01})", R"({"id":+1})", R"({"id":1)",
            R"({"id":1]})", R"({"x":tru})", R"({"x":[1,]})", R"({"x":[1 2]})", R"({"x":{"y"}})", R"({"x" 1})", R"({"x":"\q"})", R"({"\q":1})", R"({id:1})", R"({"x":1.})",
            "{\"x\":\"\x01\"}", "{\"x\":\"\xff\"}", R"({"x":"open)", R"({"id":"x"})", R"({"id":1.5})", R"({"id":3000000000})", R"({"id":true})", R"({"id":{}})", R"({"bid":1})",
            std::string("{\"x\":") + std::string(100000, '[')};
  for (const std::string& text : bad) {
    Decoded decoded = decode("json", bid_columns(), {}, {R"({"id":7})", text, R"({"id":8})"});
    ASSERT_TRUE(decoded.status.ok());
    EXPECT_EQ(decoded.rows, (Lines{"7 | NULL | NULL", "8 | NULL | NULL"})) << text;
    EXPECT_EQ(decoded.malformed.size(), 1u) << text;
    EXPECT_EQ(decoded.kept, (std::vector<uint32_t>{0, 2}));
  }
}

TEST(JsonDecoder, TwoHalvesAreNoRecord) {
  Decoded decoded = decode("json", column("a", LogicalType::VARCHAR), {}, {R"({"a":)", "1}", R"({"a":"x)", R"(y"})", R"({"a":{"b":1)", R"(}})"});
  EXPECT_TRUE(decoded.rows.empty());
  EXPECT_EQ(decoded.malformed.size(), 6u);
}

TEST(JsonDecoder, RecordsMayHoldLineEnds) {
  EXPECT_EQ(decode("json", column("a", LogicalType::INTEGER), {}, {"\n{\n\"a\" :\t1\r\n}\n", "{\"a\":2}"}).rows, (Lines{"1", "2"}));
}

TEST(JsonDecoder, DeepNestingThatNobodyReadsIsFineUpToALimit) {
  auto nested = [](size_t depth) { return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + ",\"v\":1}"; };
  EXPECT_EQ(decode("json", column("v", LogicalType::INTEGER), {}, {nested(1024)}).rows, Lines{"1"});
  EXPECT_EQ(decode("json", column("v", LogicalType::INTEGER), {}, {nested(1025)}).malformed, Lines{"0: it is nested deeper than 1024 levels"});
}

TEST(JsonDecoder, IgnoreParseErrorsMakesNulls) {
  FormatOptions ignore{{"ignore-parse-errors", "true"}};
  auto list = LogicalType::LIST(LogicalType::INTEGER);
  EXPECT_EQ(json(LogicalType::INTEGER, "\"x\"", ignore), Lines{"NULL"});
  EXPECT_EQ(json(list, "[1,\"x\",{\"y\":[]},2]", ignore), Lines{"[1, NULL, NULL, 2]"});
  EXPECT_EQ(json(list, "5", ignore), Lines{"NULL"});
  EXPECT_EQ(json(list, "[1,\"x\",nope]", ignore)[0], "0: a value is no JSON");
  EXPECT_EQ(decode("json", bid_columns(), ignore, {R"({"id":1,"bid":7})"}).rows, Lines{"1 | NULL | NULL"});
}

TEST(JsonDecoder, MissingFieldsAndNotNull) {
  FormatOptions fail{{"fail-on-missing-field", "true"}};
  EXPECT_EQ(decode("json", bid_columns(), fail, {"{\"id\":1}", R"({"id":1,"bid":{}})", R"({"id":1,"bid":null})"}).malformed,
            (Lines{"0: the field 'bid' is missing", "1: the field 'bid.price' is missing"}));
  std::vector<DecodeColumn> strict{{{"id"}, LogicalType::INTEGER, 0, false}};
  EXPECT_EQ(decode("json", strict, {}, {"{\"id\":null}", "{}", "{\"id\":1}"}).malformed,
            (Lines{"0: column 'id' is NOT NULL and has no value", "1: column 'id' is NOT NULL and has no value"}));
  EXPECT_EQ(decode("json", strict, {{"ignore-parse-errors", "true"}}, {"{\"id\":\"x\"}"}).malformed, Lines{"0: column 'id': 'x' is no INTEGER"});
}

TEST(JsonDecoder, NoColumnsStillCountsAndChecks) {
  Decoded decoded = decode("json", {}, {}, {"{\"a\":1}", "{", "{}"});
  EXPECT_EQ(decoded.kept, (std::vector<uint32_t>{0, 2}));
  EXPECT_EQ(decoded.malformed.size(), 1u);
}

TEST(JsonDecoder, TheHandlerMayStop) {
  auto columns = column("id", LogicalType::INTEGER);
  auto decoder = std::move(make_decoder("json", columns, {})).value();
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::INTEGER});
  RecordBatch batch;
  batch.add("{\"id\":1}");
  batch.add("x");
  std::vector<uint32_t> kept;
  Status status = decoder->decode(batch, chunk, kept, [](size_t record, const std::string& reason) -> Status { return corrupt(std::to_string(record) + " " + reason); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message(), "1 it is no JSON object");
}

// A chunk is used again and again, with records of changing shape, over more than one slice.
TEST(JsonDecoder, FullChunksOfChangingShape) {
  std::vector<DecodeColumn> columns{{{"id"}, LogicalType::INTEGER, 0}, {{"s"}, LogicalType::VARCHAR, 1}, {{"l"}, LogicalType::LIST(LogicalType::VARCHAR), 2}};
  auto decoder = std::move(make_decoder("json", columns, {})).value();
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {columns[0].type, columns[1].type, columns[2].type});
  RecordBatch batch;
  std::vector<uint32_t> kept;
  for (int round = 0; round < 3; round++) {
    batch.clear();
    for (size_t i = 0; i < kChunkRows; i++) {
      std::string number = std::to_string(i), text = "\"a string that is not short " + number + "\"";
      batch.add(i % 7 == 6 ? "{\"s\":" : i % 3 ? "{\"id\":" + number + ",\"s\":" + text + ",\"l\":[" + text + "]}" : "{\"l\":null,\"s\":" + text + ",\"id\":" + number + "}");
    }
    ASSERT_TRUE(decoder->decode(batch, chunk, kept, [](size_t, const std::string&) -> Status { return {}; }).ok());
    chunk.Verify();
    ASSERT_EQ(chunk.size(), kChunkRows - kChunkRows / 7);
    for (size_t row = 0; row < chunk.size(); row++) {
      ASSERT_EQ(chunk.GetValue(0, row).GetValue<int32_t>(), int32_t(kept[row]));
      std::string text = "a string that is not short " + std::to_string(kept[row]);
      ASSERT_EQ(chunk.GetValue(1, row).ToString(), text);
      ASSERT_EQ(chunk.GetValue(2, row).ToString(), kept[row] % 3 ? "[" + text + "]" : "NULL");
    }
  }
}

TEST(JsonDecoder, RefusesWhatItCannotDo) {
  auto message = [](const std::vector<DecodeColumn>& columns, const FormatOptions& options) { return make_decoder("json", columns, options).error().message(); };
  EXPECT_EQ(message(column("v", LogicalType::INTERVAL), {}), "column 'v': the type INTERVAL cannot be read from JSON");
  EXPECT_EQ(message({}, {{"ignore-parse-error", "true"}}), "there is no option 'json.ignore-parse-error'; did you mean 'json.ignore-parse-errors'?");
  EXPECT_EQ(message({}, {{"ignore-parse-errors", "1"}}), "option 'json.ignore-parse-errors' is '1': it must be true or false");
  EXPECT_FALSE(make_decoder("json", {}, {{"ignore-parse-errors", "true"}, {"fail-on-missing-field", "true"}}).ok());
  EXPECT_FALSE(make_decoder("xml", {}, {}).ok());
}

}  // namespace
}  // namespace deltastream::format::testing

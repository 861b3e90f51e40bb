// Files as other programs write them, or wrote them once.
#include <tuple>

#include "duckdb/common/types/timestamp.hpp"
#include "format/parquet/file_builder_testing.h"
#include "format/parquet/gzip_testing.h"
#include "format/parquet/parquet_testing.h"

namespace deltastream::format::parquet {
namespace {

constexpr auto kRequired = pq::FieldRepetitionType::REQUIRED;
constexpr auto kOptional = pq::FieldRepetitionType::OPTIONAL;
constexpr auto kRepeated = pq::FieldRepetitionType::REPEATED;

// Reads one column as `type`; an error as its text.
std::string read_as(const std::string& bytes, std::vector<std::string> path, const LogicalType& type, const std::vector<ParquetRange>& ranges = {}) {
  auto store = storage::make_memory_store();
  EXPECT_TRUE(store->put("f", bytes).ok());
  auto rows = read_file(store, "f", {{std::move(path), type}}, ranges);
  if (!rows.ok()) return rows.error().to_string();
  std::string text;
  for (const auto& row : *rows) text += row[0].ToString() + "|";
  return text;
}

std::string type_of(const std::string& bytes) {
  auto store = storage::make_memory_store();
  EXPECT_TRUE(store->put("f", bytes).ok());
  auto reader = ParquetFileReader::open(store, "f", {});
  return reader.ok() ? (*reader)->file_schema()[0].type.ToString() : reader.error().to_string();
}

// A file of one required column.
std::string one_column(pq::SchemaElement element, std::string values, int64_t rows) {
  const auto type = element.type;
  return FileBuilder(1).add(std::move(element)).row_group(rows, {{type, std::move(values), {}, {}}}).finish();
}

TEST(ForeignFiles, Int96Timestamps) {
  // Julian day 2440588 is 1970-01-01; nanoseconds of the day come first.
  std::string values = plain<int64_t>({3600000000000 + 123456789}) + plain<int32_t>({2440588}) + plain<int64_t>({0}) + plain<int32_t>({2440587});
  const std::string bytes = one_column(FileBuilder::leaf("t", pq::Type::INT96, kRequired), values, 2);
  EXPECT_EQ(read_as(bytes, {"t"}, LogicalType::TIMESTAMP), "1970-01-01 01:00:00.123456|1969-12-31 00:00:00|");
  EXPECT_EQ(read_as(bytes, {"t"}, LogicalType::TIMESTAMP_TZ), "1970-01-01 01:00:00.123456+00|1969-12-31 00:00:00+00|");
}

// 64 bits of microseconds end with the Julian day 109192579; products of what lies beyond wrapped around.
TEST(ForeignFiles, Int96TimestampsOutsideOfOurs) {
  constexpr int64_t kLast = 106'751'991;
  constexpr int32_t k1970 = 2440588;
  struct Case {
    int32_t day;
    int64_t nanos;
    std::string text;   // empty: refused
  };
  const std::vector<Case> cases = {
      {k1970 + int32_t{kLast}, 0, "294247-01-10 00:00:00|"},
      {k1970 + int32_t{kLast}, 14'454'775'806'000, "294247-01-10 04:00:54.775806|"},
      {k1970 + int32_t{kLast}, 14'454'775'807'000, ""},   // infinity
      {k1970 + int32_t{kLast}, 14'454'775'808'000, ""},
      {k1970 + int32_t{kLast} + 1, 0, ""},
      {INT32_MAX, 0, ""},
      {0, 0, "4714-11-24 (BC) 00:00:00|"},
      {-1, 0, ""},
      {INT32_MIN, 0, ""},
      {k1970, INT64_MAX, "2262-04-11 23:47:16.854775|"},
  };
  for (bool version2 : {false, true}) {
    for (bool optional : {false, true}) {
      for (const auto& [day, nanos, text] : cases) {
        FileBuilder builder(1);
        builder.version2 = version2;
        builder.codec = pq::CompressionCodec::GZIP;
        builder.pack = gzip;
        builder.add(FileBuilder::leaf("t", pq::Type::INT96, optional ? pq::FieldRepetitionType::OPTIONAL : kRequired));
        std::vector<uint8_t> defined;
        if (optional) defined = {1};
        builder.row_group(1, {{pq::Type::INT96, plain<int64_t>({nanos}) + plain<int32_t>({day}), defined, {}}});
        std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
        ASSERT_TRUE(store->put("f", builder.finish()).ok());
        auto rows = read_file(store, "f", {{{"t"}, LogicalType::TIMESTAMP}});
        ASSERT_EQ(rows.ok(), !text.empty()) << day << " " << nanos;
        if (rows.ok()) {
          EXPECT_EQ(rows->at(0).at(0).ToString() + "|", text);
          continue;
        }
        EXPECT_EQ(rows.error().kind(), ErrorKind::kUnsupported);
        EXPECT_NE(rows.error().to_string().find("Parquet file 'f': a timestamp (INT96) of the Julian day " + std::to_string(day)), std::string::npos) << rows.error().to_string();
      }
    }
  }
}

TEST(ForeignFiles, TimesInOtherUnits) {
  using Converted = pq::ConvertedType;
  EXPECT_EQ(read_as(one_column(FileBuilder::leaf("t", pq::Type::INT64, kRequired, Converted::TIMESTAMP_MILLIS), plain<int64_t>({1500}), 1), {"t"},
                    LogicalType::TIMESTAMP),
            "1970-01-01 00:00:01.5|");
  pq::SchemaElement nanos = FileBuilder::leaf("t", pq::Type::INT64, kRequired);
  nanos.__isset.logicalType = nanos.logicalType.__isset.TIMESTAMP = nanos.logicalType.TIMESTAMP.unit.__isset.NANOS = true;
  EXPECT_EQ(read_as(one_column(nanos, plain<int64_t>({1234567890}), 1), {"t"}, LogicalType::TIMESTAMP), "1970-01-01 00:00:01.234567|");
  EXPECT_EQ(read_as(one_column(FileBuilder::leaf("t", pq::Type::INT32, kRequired, Converted::TIME_MILLIS), plain<int32_t>({61000}), 1), {"t"},
                    LogicalType::TIME),
            "00:01:01|");
}

TEST(ForeignFiles, NarrowAndUnsignedIntegers) {
  using Converted = pq::ConvertedType;
  EXPECT_EQ(read_as(one_column(FileBuilder::leaf("n", pq::Type::INT32, kRequired, Converted::INT_8), plain<int32_t>({-5}), 1), {"n"}, LogicalType::INTEGER), "-5|");
  EXPECT_EQ(read_as(one_column(FileBuilder::leaf("n", pq::Type::INT32, kRequired, Converted::UINT_32), plain<uint32_t>({4000000000u}), 1), {"n"}, LogicalType::BIGINT), "4000000000|");
  EXPECT_EQ(read_as(one_column(FileBuilder::leaf("n", pq::Type::INT64, kRequired, Converted::UINT_64), plain<uint64_t>({UINT64_MAX}), 1), {"n"}, LogicalType::DECIMAL(20, 0)), "18446744073709551615|");
}

TEST(ForeignFiles, DecimalsInEveryEncoding) {
  auto element = [](pq::Type::type type, int precision, int scale, int length = 0) {
    pq::SchemaElement leaf = FileBuilder::leaf("d", type, kRequired, pq::ConvertedType::DECIMAL);
    leaf.__set_precision(precision);
    leaf.__set_scale(scale);
    if (length) leaf.__set_type_length(length);
    return leaf;
  };
  EXPECT_EQ(read_as(one_column(element(pq::Type::INT32, 5, 2), plain<int32_t>({-12345}), 1), {"d"}, LogicalType::DECIMAL(5, 2)), "-123.45|");
  EXPECT_EQ(read_as(one_column(element(pq::Type::INT64, 18, 3), plain<int64_t>({-1}), 1), {"d"}, LogicalType::DECIMAL(18, 3)), "-0.001|");
  EXPECT_EQ(read_as(one_column(element(pq::Type::FIXED_LEN_BYTE_ARRAY, 10, 2, 5), std::string("\xff\xff\xff\xff\x9c\x00\x00\x00\x01\x00", 10), 2), {"d"}, LogicalType::DECIMAL(10, 2)), "-1.00|2.56|");
  EXPECT_EQ(read_as(one_column(element(pq::Type::BYTE_ARRAY, 20, 1), plain_bytes({"\x0a", "\xff\x9c"}), 2), {"d"}, LogicalType::DECIMAL(20, 1)), "1.0|-10.0|");
  // Wider than any type of ours: as double, not wrong.
  EXPECT_EQ(type_of(one_column(element(pq::Type::FIXED_LEN_BYTE_ARRAY, 60, 0, 25), std::string(24, '\0') + "\x05", 1)), "DOUBLE");
  // A table widened later: more digits before and after the point.
  EXPECT_EQ(read_as(one_column(element(pq::Type::INT32, 5, 2), plain<int32_t>({-12345}), 1), {"d"}, LogicalType::DECIMAL(20, 4)), "-123.4500|");
}

TEST(ForeignFiles, TextThatIsNotMarkedAsText) {
  EXPECT_EQ(read_as(one_column(FileBuilder::leaf("s", pq::Type::BYTE_ARRAY, kRequired), plain_bytes({"gr\xc3\xbcn", ""}), 2), {"s"}, LogicalType::VARCHAR), "grün||");
  const std::string refused = read_as(one_column(FileBuilder::leaf("s", pq::Type::BYTE_ARRAY, kRequired), plain_bytes({"\xff"}), 1), {"s"}, LogicalType::VARCHAR);
  EXPECT_NE(refused.find("invalid argument"), std::string::npos) << refused;
}

TEST(ForeignFiles, ListsOfTwoAndThreeLevels) {
  using Converted = pq::ConvertedType;
  const std::string numbers = plain<int32_t>({1, 2, 3});
  // [1, 2], NULL, [], [3]
  const std::string two = FileBuilder(1)
                              .add(FileBuilder::group("l", 1, kOptional, Converted::LIST))
                              .add(FileBuilder::leaf("array", pq::Type::INT32, kRepeated))
                              .row_group(4, {{pq::Type::INT32, numbers, {2, 2, 0, 1, 2}, {0, 1, 0, 0, 0}}})
                              .finish();
  EXPECT_EQ(read_as(two, {"l"}, LogicalType::LIST(LogicalType::INTEGER)), "[1, 2]|NULL|[]|[3]|");
  // The same with NULL inside: [1, NULL], NULL, [], [2, 3]
  const std::string three = FileBuilder(1)
                                .add(FileBuilder::group("l", 1, kOptional, Converted::LIST))
                                .add(FileBuilder::group("bag", 1, kRepeated))
                                .add(FileBuilder::leaf("array_element", pq::Type::INT32, kOptional))
                                .row_group(4, {{pq::Type::INT32, numbers, {3, 2, 0, 1, 3, 3}, {0, 1, 0, 0, 0, 1}}})
                                .finish();
  EXPECT_EQ(read_as(three, {"l"}, LogicalType::LIST(LogicalType::BIGINT)), "[1, NULL]|NULL|[]|[2, 3]|");
  const std::string bare = FileBuilder(1)
                               .add(FileBuilder::leaf("l", pq::Type::INT32, kRepeated))
                               .row_group(2, {{pq::Type::INT32, numbers, {1, 1, 1}, {0, 1, 0}}})
                               .finish();
  EXPECT_EQ(read_as(bare, {"l"}, LogicalType::LIST(LogicalType::INTEGER)), "[1, 2]|[3]|");
}

TEST(ForeignFiles, TwoLevelListsOfStructs) {
  const std::string bytes = FileBuilder(1)
                                .add(FileBuilder::group("l", 1, kRequired, pq::ConvertedType::LIST))
                                .add(FileBuilder::group("array", 2, kRepeated))
                                .add(FileBuilder::leaf("a", pq::Type::INT32, kRequired))
                                .add(FileBuilder::leaf("b", pq::Type::INT32, kOptional))
                                .row_group(2, {{pq::Type::INT32, plain<int32_t>({1, 2}), {1, 1, 0}, {0, 1, 0}}, {pq::Type::INT32, plain<int32_t>({9}), {2, 1, 0}, {0, 1, 0}}})
                                .finish();
  const LogicalType element = LogicalType::STRUCT({{"a", LogicalType::INTEGER}, {"b", LogicalType::INTEGER}});
  EXPECT_EQ(read_as(bytes, {"l"}, LogicalType::LIST(element)), "[{'a': 1, 'b': 9}, {'a': 2, 'b': NULL}]|[]|");
  // The table knows more fields than the file.
  const LogicalType wider = LogicalType::STRUCT({{"c", LogicalType::DATE}, {"a", LogicalType::BIGINT}});
  EXPECT_EQ(read_as(bytes, {"l"}, LogicalType::LIST(wider)), "[{'c': NULL, 'a': 1}, {'c': NULL, 'a': 2}]|[]|");
}

TEST(ForeignFiles, MapsOfOldAndNew) {
  using Converted = std::optional<pq::ConvertedType::type>;
  const Converted map = pq::ConvertedType::MAP, key_value = pq::ConvertedType::MAP_KEY_VALUE;
  // Today's form, parquet-mr's old one, and the oldest, which names the outer group after the inner.
  for (const auto& [outer, inner, name] : {std::tuple{map, Converted(), "key_value"}, std::tuple{map, key_value, "map"}, std::tuple{key_value, Converted(), "map"}}) {
    const std::string bytes =
        FileBuilder(1)
            .add(FileBuilder::group("m", 1, kOptional, outer))
            .add(FileBuilder::group(name, 2, kRepeated, inner))
            .add(FileBuilder::leaf("key", pq::Type::BYTE_ARRAY, kRequired, pq::ConvertedType::UTF8))
            .add(FileBuilder::leaf("value", pq::Type::INT32, kOptional))
            .row_group(3, {{pq::Type::BYTE_ARRAY, plain_bytes({"a", "b"}), {2, 2, 0, 1}, {0, 1, 0, 0}}, {pq::Type::INT32, plain<int32_t>({7}), {3, 2, 0, 1}, {0, 1, 0, 0}}})
            .finish();
    EXPECT_EQ(read_as(bytes, {"m"}, LogicalType::MAP(LogicalType::VARCHAR, LogicalType::INTEGER)), "{a=7, b=NULL}|NULL|{}|") << name << outer.has_value();
  }
}

TEST(ForeignFiles, ShapesAreBytes) {
  pq::SchemaElement shape = FileBuilder::leaf("g", pq::Type::BYTE_ARRAY, kRequired);
  shape.__isset.logicalType = true;
  shape.logicalType.__set_GEOMETRY(pq::GeometryType());
  EXPECT_EQ(read_as(one_column(shape, plain_bytes({"wkb"}), 1), {"g"}, LogicalType::BLOB), "wkb|");
}

TEST(ForeignFiles, PagesOfVersion2AndGzip) {
  for (bool version2 : {false, true}) {
    for (bool packed : {false, true}) {
      FileBuilder builder(1);
      builder.version2 = version2;
      builder.dictionary_offset_zero = true;
      if (packed) {
        builder.codec = pq::CompressionCodec::GZIP;
        builder.pack = gzip;
      }
      builder.add(FileBuilder::leaf("n", pq::Type::INT64, kOptional)).row_group(3, {{pq::Type::INT64, plain<int64_t>({5, 6}), {1, 0, 1}, {}}});
      EXPECT_EQ(read_as(builder.finish(), {"n"}, LogicalType::BIGINT), "5|NULL|6|") << version2 << packed;
    }
  }
}

TEST(ForeignFiles, StatisticsMissingOldOrWrong) {
  auto file = [](std::optional<pq::Statistics> statistics, pq::Type::type type, std::string values) {
    return FileBuilder(1).add(FileBuilder::leaf("n", type, kRequired)).row_group(2, {{type, std::move(values), {}, {}, std::move(statistics)}}).finish();
  };
  const std::vector<ParquetRange> high = {{{"n"}, Value::INTEGER(100), std::nullopt}};
  const std::string numbers = plain<int32_t>({1, 2});
  EXPECT_EQ(read_as(file({}, pq::Type::INT32, numbers), {"n"}, LogicalType::INTEGER, high), "1|2|");
  pq::Statistics old;
  old.__set_min(plain<int32_t>({1}));
  old.__set_max(plain<int32_t>({2}));
  EXPECT_EQ(read_as(file(old, pq::Type::INT32, numbers), {"n"}, LogicalType::INTEGER, high), "");
  pq::Statistics torn;
  torn.__set_min_value("x");
  torn.__set_max_value("");
  EXPECT_EQ(read_as(file(torn, pq::Type::INT32, numbers), {"n"}, LogicalType::INTEGER, high), "1|2|");
  // Old bounds of text compared bytes as signed: not to be trusted.
  pq::Statistics text;
  text.__set_min("a");
  text.__set_max("b");
  EXPECT_EQ(read_as(file(text, pq::Type::BYTE_ARRAY, plain_bytes({"a", "\xc3\xbc"})), {"n"}, LogicalType::VARCHAR, {{{"n"}, Value("c"), std::nullopt}}), "a|ü|");
}

TEST(ForeignFiles, WhatIsNotOfferedIsNamed) {
  auto store = storage::make_memory_store();
  ASSERT_TRUE(store->put("f", std::string("PARE") + std::string(20, 'x') + std::string("\x08\0\0\0PARE", 8)).ok());
  auto reader = ParquetFileReader::open(store, "f", {});
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(reader.error().to_string().find("encrypt"), std::string::npos);
}

TEST(ForeignFiles, LyingFootersAreRefused) {
  auto refused = [](FileBuilder& builder) {
    auto store = storage::make_memory_store();
    EXPECT_TRUE(store->put("f", builder.finish()).ok());
    auto reader = ParquetFileReader::open(store, "f", {{{"n"}, LogicalType::INTEGER}});
    return !reader.ok() && reader.error().kind() == ErrorKind::kCorrupt;
  };
  const BuiltLeaf two = {pq::Type::INT32, plain<int32_t>({1, 2}), {}, {}};
  {
    FileBuilder builder(1);  // more children than there are
    builder.add(FileBuilder::group("n", 1000000, kOptional)).row_group(2, {two});
    EXPECT_TRUE(refused(builder));
  }
  {
    FileBuilder builder(1);  // a second row group with a column too few
    builder.add(FileBuilder::leaf("n", pq::Type::INT32, kRequired)).row_group(2, {two}).row_group(2, {});
    EXPECT_TRUE(refused(builder));
  }
  {
    FileBuilder builder(1);  // nested until the stack would end
    for (int i = 0; i < 100000; i++) builder.add(FileBuilder::group("n", 1, kOptional));
    builder.add(FileBuilder::leaf("n", pq::Type::INT32, kRequired)).row_group(2, {two});
    EXPECT_TRUE(refused(builder));
  }
}

}  // namespace
}  // namespace deltastream::format::parquet

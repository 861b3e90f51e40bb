// Statistics gathered while writing, and the row groups they let a reader leave out.
#include <cmath>

#include "format/parquet/parquet_testing.h"

namespace deltastream::format::parquet {
namespace {

std::string shown(const std::optional<Value>& value) { return value ? value->ToString() : "-"; }

ParquetWriteOptions small_groups() {
  ParquetWriteOptions options;
  options.row_group_rows = kChunkRows;
  return options;
}

TEST(ParquetStatistics, PerLeafTypedAndOverAllRowGroups) {
  auto store = storage::make_memory_store();
  const LogicalType inner = LogicalType::STRUCT({{"d", LogicalType::DATE}, {"x", LogicalType::DOUBLE}});
  const LogicalType s = LogicalType::STRUCT({{"l", LogicalType::DECIMAL(20, 2)}, {"in", inner}, {"tags", LogicalType::LIST(LogicalType::INTEGER)}});
  const std::vector<Field> fields = {{"id", LogicalType::BIGINT}, {"s", s}, {"flag", LogicalType::BOOLEAN}, {"name", LogicalType::VARCHAR},
                                     {"raw", LogicalType::BLOB}, {"at", LogicalType::TIMESTAMP_TZ}, {"none", LogicalType::INTEGER}};
  const size_t count = 3 * kChunkRows;
  auto make_row = [&](size_t i) {
    const auto n = static_cast<int64_t>(i);
    const Value x = i == 5 ? Value::DOUBLE(NAN) : Value::DOUBLE(static_cast<double>(n) / 2);
    Value in = i == 7 ? Value(inner) : Value::STRUCT(inner, {Value::DATE(duckdb::date_t(static_cast<int32_t>(i))), x});
    Value row_s = i == 8 ? Value(s)
                         : Value::STRUCT(s, {Value::DECIMAL(duckdb::hugeint_t(n), 20, 2), std::move(in), Value::LIST(LogicalType::INTEGER, {})});
    return std::vector<Value>{Value::BIGINT(n - 10), std::move(row_s), i % 2 ? Value::BOOLEAN(true) : Value(LogicalType::BOOLEAN),
                              Value("n" + std::to_string(i)), Value::BLOB_RAW(std::string(1, static_cast<char>(i % 250))),
                              Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(n)), Value(LogicalType::INTEGER)};
  };
  auto summary = write_file(*store, "f", fields, count, make_row, small_groups());
  ASSERT_TRUE(summary.ok()) << summary.error().to_string();
  std::string text;
  for (const auto& column : summary->columns) {
    for (const auto& name : column.path) text += name + ".";
    text += " " + column.type.ToString() + " " + shown(column.min) + " " + shown(column.max) + " " + std::to_string(column.null_count) +
            (column.has_nan ? " nan" : "") + "\n";
    EXPECT_TRUE(!column.min || column.min->type() == column.type);
    EXPECT_TRUE(!column.max || column.max->type() == column.type);
  }
  EXPECT_EQ(text,
            "id. BIGINT -10 6133 0\n"
            "s.l. DECIMAL(20,2) 0.00 61.43 1\n"
            "s.in.d. DATE 1970-01-01 1986-10-27 2\n"
            "s.in.x. DOUBLE 0.0 3071.5 2 nan\n"
            "flag. BOOLEAN true true 3072\n"
            "name. VARCHAR n0 n999 0\n"
            "raw. BLOB \\x00 \\xF9 0\n"
            "at. TIMESTAMP WITH TIME ZONE 1970-01-01 00:00:00+00 1970-01-01 00:00:00.006143+00 0\n"
            "none. INTEGER - - 6144\n");
}

TEST(ParquetStatistics, LongTextHasBoundsThatHold) {
  auto store = storage::make_memory_store();
  const std::string low(1000, 'a'), high(1000, 'q');
  auto summary = write_rows(*store, "f", {{"t", LogicalType::VARCHAR}}, {{Value(low)}, {Value(high)}});
  ASSERT_TRUE(summary.ok());
  ASSERT_TRUE(summary->columns[0].min && summary->columns[0].max);
  EXPECT_LE(summary->columns[0].min->ToString(), low);
  EXPECT_GE(summary->columns[0].max->ToString(), high);
}

// Five row groups: ids 0..2047, 2048..4095, …
class Pruning : public testing::Test {
 protected:
  void SetUp() override {
    auto make_row = [](size_t i) {
      const auto n = static_cast<int64_t>(i);
      const bool all_null = i / kChunkRows == 4;
      return std::vector<Value>{Value::BIGINT(n), Value::STRUCT(struct_type(), {Value::INTEGER(static_cast<int32_t>(n)), Value("t")}),
                                Value(std::string(20, 'p') + std::to_string(100000 + i)), Value::DOUBLE(i == 10 ? NAN : static_cast<double>(n)),
                                all_null ? Value(LogicalType::INTEGER) : Value::INTEGER(1)};
    };
    ASSERT_TRUE(write_file(*store_, "f", fields_, 5 * kChunkRows, make_row, small_groups()).ok());
  }
  static LogicalType struct_type() { return LogicalType::STRUCT({{"k", LogicalType::INTEGER}, {"t", LogicalType::VARCHAR}}); }

  // The first and last id of what is read, and how many rows.
  std::string read(const std::vector<ParquetRange>& ranges) {
    auto rows = read_file(store_, "f", {{{"id"}, LogicalType::BIGINT}}, ranges);
    if (!rows.ok()) return rows.error().to_string();
    if (rows->empty()) return "nothing";
    return rows->front()[0].ToString() + ".." + rows->back()[0].ToString() + " " + std::to_string(rows->size());
  }

  std::shared_ptr<storage::ObjectStore> store_ = storage::make_memory_store();
  const std::vector<Field> fields_ = {{"id", LogicalType::BIGINT}, {"s", struct_type()}, {"text", LogicalType::VARCHAR},
                                      {"x", LogicalType::DOUBLE}, {"n", LogicalType::INTEGER}};
};

TEST_F(Pruning, ByRange) {
  EXPECT_EQ(read({}), "0..10239 10240");
  EXPECT_EQ(read({{{"id"}, Value::BIGINT(2048), Value::BIGINT(2048)}}), "2048..4095 2048");
  EXPECT_EQ(read({{{"id"}, Value::BIGINT(8191), std::nullopt}}), "6144..10239 4096");
  EXPECT_EQ(read({{{"id"}, std::nullopt, Value::BIGINT(0)}}), "0..2047 2048");
  EXPECT_EQ(read({{{"id"}, Value::BIGINT(99999), std::nullopt}}), "nothing");
  EXPECT_EQ(read({{{"s", "k"}, Value::INTEGER(5000), Value::INTEGER(5000)}}), "4096..6143 2048");
  EXPECT_EQ(read({{{"id"}, Value::BIGINT(100), std::nullopt}, {{"s", "k"}, std::nullopt, Value::INTEGER(100)}}), "0..2047 2048");
}

TEST_F(Pruning, TextIsComparedWhole) {
  EXPECT_EQ(read({{{"text"}, Value(std::string(20, 'p') + "104096"), Value(std::string(20, 'p') + "104096")}}), "4096..6143 2048");
}

TEST_F(Pruning, OtherNumberTypesAreComparable) {
  EXPECT_EQ(read({{{"id"}, Value::INTEGER(4095), Value::INTEGER(4096)}}), "2048..6143 4096");
  EXPECT_EQ(read({{{"id"}, Value::DOUBLE(2047.5), Value::DOUBLE(2047.9)}}), "nothing");
}

TEST_F(Pruning, NaNIsAboveEverything) {
  // Row 10 of the first group is NaN: a lower bound alone must keep that group.
  EXPECT_EQ(read({{{"x"}, Value::DOUBLE(1e9), std::nullopt}}).substr(0, 3), "0..");
}

TEST_F(Pruning, NullsMatchNoRange) { EXPECT_EQ(read({{{"n"}, Value::INTEGER(0), std::nullopt}}), "0..8191 8192"); }

TEST_F(Pruning, WhatCannotBeComparedExcludesNothing) {
  EXPECT_EQ(read({{{"missing"}, Value::INTEGER(1), std::nullopt}}), "0..10239 10240");
  EXPECT_EQ(read({{{"id"}, Value("zzz"), std::nullopt}}), "0..10239 10240");
  EXPECT_EQ(read({{{"s"}, Value::INTEGER(1), std::nullopt}}), "0..10239 10240");
}

}  // namespace
}  // namespace deltastream::format::parquet

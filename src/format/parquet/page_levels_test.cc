// Lists whose levels are not those of the rows, in pages built by hand: refused, never handed to DuckDB.
#include "format/parquet/page_levels.h"

#include "format/parquet/file_builder_testing.h"
#include "format/parquet/parquet_testing.h"
#include "snappy.h"

namespace deltastream::format::parquet {
namespace {

using Levels = std::vector<uint8_t>;

std::string snappy(const std::string& bytes) {
  std::string packed(duckdb_snappy::MaxCompressedLength(bytes.size()), '\0');
  size_t size = 0;
  duckdb_snappy::RawCompress(bytes.data(), bytes.size(), packed.data(), &size);
  packed.resize(size);
  return packed;
}

struct Way {
  bool version2, packed;
};

constexpr Way kWays[] = {{false, false}, {false, true}, {true, false}, {true, true}};

FileBuilder lists(const Way& way) {
  FileBuilder builder(1);
  builder.version2 = way.version2;
  builder.codec = way.packed ? pq::CompressionCodec::SNAPPY : pq::CompressionCodec::UNCOMPRESSED;
  builder.pack = way.packed ? snappy : nullptr;
  builder.add(FileBuilder::group("l", 1, pq::FieldRepetitionType::OPTIONAL, pq::ConvertedType::LIST))
      .add(FileBuilder::group("list", 1, pq::FieldRepetitionType::REPEATED))
      .add(FileBuilder::leaf("element", pq::Type::INT32, pq::FieldRepetitionType::OPTIONAL));
  return builder;
}

// Lists of the numbers from 1 on, of which there are as many as levels; what is read, or the error.
std::string read(const Way& way, int64_t rows, Levels defined, Levels repeated) {
  std::string values;
  int32_t next = 1;
  for (uint8_t level : defined) {
    if (level >= 3) values += plain<int32_t>({next++});
  }
  auto builder = lists(way);
  builder.row_group(rows, {{pq::Type::INT32, values, std::move(defined), std::move(repeated)}});
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  EXPECT_TRUE(store->put("f", builder.finish()).ok());
  auto read = read_file(store, "f", {{{"l"}, LogicalType::LIST(LogicalType::INTEGER)}});
  if (!read.ok()) {
    EXPECT_EQ(read.error().kind(), ErrorKind::kCorrupt);
    EXPECT_NE(read.error().to_string().find("'f'"), std::string::npos) << read.error().to_string();
    return read.error().to_string();
  }
  std::string text;
  for (const auto& row : *read) text += row[0].ToString() + "|";
  return text;
}

TEST(PageLevels, SoundOnesAreRead) {
  for (const Way& way : kWays) EXPECT_EQ(read(way, 4, {3, 2, 0, 1, 3}, {0, 1, 0, 0, 0}), "[1, NULL]|NULL|[]|[2]|");
}

TEST(PageLevels, FewerOrMoreListsThanRows) {
  for (const Way& way : kWays) {
    for (const Levels& repeated : {Levels{0, 1, 1, 1, 0}, Levels{0, 0, 0, 0, 0}, Levels{0, 1, 1, 1, 1}}) {
      const std::string refused = read(way, 4, {3, 2, 0, 1, 3}, repeated);
      EXPECT_NE(refused.find("rows, its footer claims 4"), std::string::npos) << refused;
    }
  }
}

TEST(PageLevels, TheFirstBeginsARow) {
  for (const Way& way : kWays) {
    const std::string refused = read(way, 4, {3, 2, 0, 1, 3}, {1, 0, 0, 0, 0});
    EXPECT_NE(refused.find("begins a column amid a row"), std::string::npos) << refused;
  }
}

TEST(PageLevels, HigherThanTheSchemaHasThem) {
  for (const Way& way : kWays) {
    EXPECT_NE(read(way, 4, {3, 2, 0, 1, 3}, {0, 2, 0, 0, 0}).find("repetition levels that are damaged"), std::string::npos);
    EXPECT_NE(read(way, 4, {3, 2, 0, 1, 4}, {0, 1, 0, 0, 0}).find("definition levels that are damaged"), std::string::npos);
  }
}

TEST(PageLevels, OfTwoColumnsThatRepeatTogether) {
  FileBuilder builder(1);
  builder.add(FileBuilder::group("m", 1, pq::FieldRepetitionType::OPTIONAL, pq::ConvertedType::MAP))
      .add(FileBuilder::group("key_value", 2, pq::FieldRepetitionType::REPEATED))
      .add(FileBuilder::leaf("key", pq::Type::INT32, pq::FieldRepetitionType::REQUIRED))
      .add(FileBuilder::leaf("value", pq::Type::INT32, pq::FieldRepetitionType::OPTIONAL));
  builder.row_group(2, {{pq::Type::INT32, plain<int32_t>({1, 2, 3}), {2, 2, 2}, {0, 1, 0}}, {pq::Type::INT32, plain<int32_t>({4, 5}), {3, 3}, {0, 0}}});
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  ASSERT_TRUE(store->put("f", builder.finish()).ok());
  auto read = read_file(store, "f", {{{"m"}, LogicalType::MAP(LogicalType::INTEGER, LogicalType::INTEGER)}});
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().to_string().find("has 2 values in column 1, where 3 are expected"), std::string::npos) << read.error().to_string();
}

TEST(PageLevels, FlatColumnsHoldAValueForEachRow) {
  FileBuilder builder(1);
  builder.add(FileBuilder::leaf("a", pq::Type::INT32, pq::FieldRepetitionType::OPTIONAL));
  builder.row_group(3, {{pq::Type::INT32, plain<int32_t>({1, 2}), {1, 1}, {}}});
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  ASSERT_TRUE(store->put("f", builder.finish()).ok());
  auto read = read_file(store, "f", {{{"a"}, LogicalType::INTEGER}});
  ASSERT_FALSE(read.ok());
  EXPECT_NE(read.error().to_string().find("has 2 values in column 0, where 3 are expected"), std::string::npos) << read.error().to_string();
}

// Many long lists, so that levels take more than one piece of what is decompressed.
TEST(PageLevels, OfManyValuesInEveryCodec) {
  const std::vector<Field> fields = {{"l", LogicalType::LIST(LogicalType::LIST(LogicalType::BIGINT)), true}};
  for (const std::string codec : {"zstd", "snappy", "gzip", "lz4_raw", "none"}) {
    std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
    auto row = [&](size_t i) {
      duckdb::vector<Value> outer;
      for (size_t o = 0; o < i % 4; o++) {
        duckdb::vector<Value> inner;
        for (size_t n = 0; n < (i * 7 + o) % 9; n++) inner.push_back(n == 3 ? Value(LogicalType::BIGINT) : Value::BIGINT(static_cast<int64_t>(i * 1000003 + n)));
        outer.push_back(i % 13 == 0 && o == 1 ? Value(LogicalType::LIST(LogicalType::BIGINT)) : Value::LIST(LogicalType::BIGINT, std::move(inner)));
      }
      return std::vector<Value>{i % 11 == 5 ? Value(fields[0].type) : Value::LIST(LogicalType::LIST(LogicalType::BIGINT), std::move(outer))};
    };
    ParquetWriteOptions options;
    options.codec = codec;
    ASSERT_TRUE(write_file(*store, "f", fields, 20000, row, options).ok());
    auto rows = read_file(store, "f", whole(fields));
    ASSERT_TRUE(rows.ok()) << rows.error().to_string();
    ASSERT_EQ(rows->size(), 20000u);
    for (size_t i = 0; i < rows->size(); i += 97) ASSERT_EQ((*rows)[i][0].ToString(), row(i)[0].ToString()) << i;
  }
}

}  // namespace
}  // namespace deltastream::format::parquet

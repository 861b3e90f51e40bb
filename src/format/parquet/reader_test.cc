// Projections, seeking, and files that are missing or damaged.
#include <cstdlib>
#include <random>

#include "format/parquet/parquet_testing.h"

namespace deltastream::format::parquet {
namespace {

LogicalType inner_type() { return LogicalType::STRUCT({{"a", LogicalType::INTEGER}, {"b", LogicalType::VARCHAR}}); }
LogicalType outer_type() { return LogicalType::STRUCT({{"in", inner_type()}, {"tags", LogicalType::LIST(LogicalType::VARCHAR)}, {"z", LogicalType::BIGINT}}); }

const std::vector<Field>& fields() {
  static const std::vector<Field> columns = {{"id", LogicalType::BIGINT}, {"s", outer_type()}, {"name", LogicalType::VARCHAR}};
  return columns;
}

std::vector<Value> make_row(size_t i) {
  const auto n = static_cast<int32_t>(i);
  Value in = i % 5 == 1 ? Value(inner_type()) : Value::STRUCT(inner_type(), {Value::INTEGER(n), Value("b" + std::to_string(i))});
  duckdb::vector<Value> tags;
  for (size_t t = 0; t < i % 4; t++) tags.push_back(Value("tag" + std::to_string(t)));
  Value s = i % 7 == 3 ? Value(outer_type())
                       : Value::STRUCT(outer_type(), {std::move(in), Value::LIST(LogicalType::VARCHAR, std::move(tags)), Value::BIGINT(n * 10)});
  return {Value::BIGINT(n), std::move(s), i % 3 ? Value("name" + std::to_string(i)) : Value(LogicalType::VARCHAR)};
}

class ParquetReading : public testing::Test {
 protected:
  static constexpr size_t kRows = 9000;
  void SetUp() override {
    ParquetWriteOptions options;
    options.row_group_rows = 2 * kChunkRows;
    auto summary = write_file(*store_, "dir/f.parquet", fields(), kRows, make_row, options);
    ASSERT_TRUE(summary.ok()) << summary.error().to_string();
  }
  Rows read(const std::vector<ParquetReadColumn>& columns) {
    auto rows = read_file(store_, "dir/f.parquet", columns);
    EXPECT_TRUE(rows.ok()) << rows.error().to_string();
    return rows.ok() ? *rows : Rows();
  }

  std::shared_ptr<storage::ObjectStore> store_ = storage::make_memory_store();
};

TEST_F(ParquetReading, IntoStructs) {
  const Rows rows = read({{{"s", "in", "b"}, LogicalType::VARCHAR}, {{"id"}, LogicalType::BIGINT}, {{"s", "z"}, LogicalType::BIGINT},
                          {{"s", "tags"}, LogicalType::LIST(LogicalType::VARCHAR)}});
  ASSERT_EQ(rows.size(), kRows);
  for (size_t i = 0; i < kRows; i++) {
    const auto row = make_row(i);
    const bool s_null = row[1].IsNull();
    const bool in_null = s_null || duckdb::StructValue::GetChildren(row[1])[0].IsNull();
    EXPECT_EQ(rows[i][0].ToString(), in_null ? "NULL" : "b" + std::to_string(i));
    EXPECT_EQ(rows[i][1].GetValue<int64_t>(), static_cast<int64_t>(i));
    EXPECT_EQ(rows[i][2].ToString(), s_null ? "NULL" : std::to_string(i * 10));
    EXPECT_EQ(rows[i][3].ToString(), s_null ? "NULL" : duckdb::StructValue::GetChildren(row[1])[1].ToString());
  }
}

TEST_F(ParquetReading, MissingColumnsAreNull) {
  const Rows rows = read({{{"nowhere"}, LogicalType::DATE}, {{"s", "nowhere"}, LogicalType::INTEGER}, {{"id", "x"}, LogicalType::INTEGER}});
  ASSERT_EQ(rows.size(), kRows);
  EXPECT_EQ(show({rows[0], rows[kRows - 1]}), "NULL|NULL|NULL|\nNULL|NULL|NULL|\n");
}

TEST_F(ParquetReading, NoColumnsStillCountRows) { EXPECT_EQ(read({}).size(), kRows); }

TEST_F(ParquetReading, StructsAreTakenByName) {
  const LogicalType other = LogicalType::STRUCT({{"new", LogicalType::DATE}, {"in", LogicalType::STRUCT({{"b", LogicalType::VARCHAR}})}});
  const Rows rows = read({{{"s"}, other}});
  ASSERT_EQ(rows.size(), kRows);
  EXPECT_EQ(rows[0][0].ToString(), "{'new': NULL, 'in': {'b': b0}}");
  EXPECT_EQ(rows[1][0].ToString(), "{'new': NULL, 'in': NULL}");
  EXPECT_EQ(rows[3][0].ToString(), "NULL");
}

TEST_F(ParquetReading, ValuesAreCast) {
  const Rows rows = read({{{"id"}, LogicalType::VARCHAR}, {{"s", "z"}, LogicalType::DECIMAL(20, 1)}, {{"ID"}, LogicalType::DOUBLE}});
  EXPECT_EQ(show({rows[4]}), "'4'|40.0|4.0|\n");
}

TEST_F(ParquetReading, AValueThatDoesNotFitIsNamed) {
  auto rows = read_file(store_, "dir/f.parquet", {{{"id"}, LogicalType::TINYINT}});
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_NE(rows.error().to_string().find("column 'id'"), std::string::npos) << rows.error().to_string();
  EXPECT_NE(rows.error().to_string().find("dir/f.parquet"), std::string::npos) << rows.error().to_string();
}

TEST_F(ParquetReading, SeekFindsEveryRow) {
  const auto columns = whole(fields());
  const Rows all = read(columns);
  auto reader = ParquetFileReader::open(store_, "dir/f.parquet", columns);
  ASSERT_TRUE(reader.ok());
  for (size_t row : {size_t{0}, size_t{1}, size_t{2047}, size_t{2048}, size_t{4095}, size_t{4096}, size_t{4097}, size_t{8191}, size_t{8192}, kRows - 1, kRows, size_t{17}}) {
    ASSERT_TRUE((*reader)->seek(row).ok());
    duckdb::vector<LogicalType> types = types_of(fields());
    DataChunk chunk;
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types, 100);
    ASSERT_TRUE((*reader)->read(chunk).ok());
    ASSERT_EQ(chunk.size() == 0, row == kRows);
    if (row == kRows) continue;
    EXPECT_EQ((*reader)->chunk_first_row(), row);
    for (size_t i = 0; i < chunk.size(); i++) {
      for (size_t c = 0; c < types.size(); c++) ASSERT_EQ(chunk.GetValue(c, i).ToString(), all[row + i][c].ToString()) << row << " " << i;
    }
    const size_t read = chunk.size();  // fewer than 100 where a row group ends
    ASSERT_TRUE((*reader)->read(chunk).ok());
    if (chunk.size() > 0) {
      EXPECT_EQ((*reader)->chunk_first_row(), row + read);
    }
  }
  EXPECT_EQ((*reader)->seek(kRows + 1).error().kind(), ErrorKind::kInvalidArgument);
}

TEST_F(ParquetReading, FirstRowsSurvivePruningAndSeeking) {
  const std::vector<ParquetReadColumn> columns = {{{"id"}, LogicalType::BIGINT}};
  auto reader = ParquetFileReader::open(store_, "dir/f.parquet", columns, {{{"id"}, Value::BIGINT(5000), std::nullopt}});
  ASSERT_TRUE(reader.ok());
  auto check = [&](size_t first) {
    DataChunk chunk;
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::BIGINT});
    ASSERT_TRUE((*reader)->read(chunk).ok());
    ASSERT_GT(chunk.size(), 0u);
    EXPECT_EQ((*reader)->chunk_first_row(), first);
    EXPECT_EQ(chunk.GetValue(0, 0).GetValue<int64_t>(), static_cast<int64_t>(first));
  };
  check(4096);
  ASSERT_TRUE((*reader)->seek(10).ok());  // in a group that is left out
  check(4096);
  ASSERT_TRUE((*reader)->seek(8500).ok());
  check(8500);
}

TEST_F(ParquetReading, ChunksHandedOutStayAsTheyAre) {
  auto reader = ParquetFileReader::open(store_, "dir/f.parquet", whole(fields()));
  ASSERT_TRUE(reader.ok());
  DataChunk first, second;
  first.Initialize(duckdb::Allocator::DefaultAllocator(), types_of(fields()));
  second.Initialize(duckdb::Allocator::DefaultAllocator(), types_of(fields()));
  ASSERT_TRUE((*reader)->read(first).ok());
  ASSERT_TRUE((*reader)->read(second).ok());
  reader->reset();
  for (size_t c = 0; c < fields().size(); c++) {
    EXPECT_EQ(first.GetValue(c, 100).ToString(), make_row(100)[c].ToString());
    EXPECT_EQ(second.GetValue(c, 100).ToString(), make_row(kChunkRows + 100)[c].ToString());
  }
}

// Columns with few values have a dictionary, also within a struct.
TEST_F(ParquetReading, ChunksOfDictionaryColumnsStayAsTheyAre) {
  const auto type = LogicalType::STRUCT({{"v", LogicalType::VARCHAR}});
  const std::vector<Field> columns = {{"v", LogicalType::VARCHAR}, {"s", type}};
  auto few = [&](size_t i) -> std::vector<Value> {
    const Value v = i % 11 == 5 ? Value(LogicalType::VARCHAR) : Value("value " + std::to_string(i / 100 % 50));
    return {v, Value::STRUCT(type, {v})};
  };
  ASSERT_TRUE(write_file(*store_, "few.parquet", columns, 3 * kChunkRows, few).ok());
  auto reader = ParquetFileReader::open(store_, "few.parquet", whole(columns));
  ASSERT_TRUE(reader.ok());
  std::vector<std::unique_ptr<DataChunk>> chunks;
  for (size_t n = 0; n < 3; n++) {
    chunks.push_back(std::make_unique<DataChunk>());
    chunks.back()->Initialize(duckdb::Allocator::DefaultAllocator(), types_of(columns));
    ASSERT_TRUE((*reader)->read(*chunks.back()).ok());
    ASSERT_EQ(chunks.back()->size(), kChunkRows);
  }
  for (size_t i = 0; i < 3 * kChunkRows; i++) {
    for (size_t c = 0; c < columns.size(); c++) {
      ASSERT_EQ(chunks[i / kChunkRows]->GetValue(c, i % kChunkRows).ToString(), few(i)[c].ToString()) << i;
    }
  }
}

TEST_F(ParquetReading, MissingFile) {
  auto reader = ParquetFileReader::open(store_, "dir/g.parquet", {});
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().kind(), ErrorKind::kNotFound);
}

TEST_F(ParquetReading, ReplacedFileIsReadAnew) {
  EXPECT_EQ(read({{{"id"}, LogicalType::BIGINT}}).size(), kRows);
  ASSERT_TRUE(write_file(*store_, "other", {{"id", LogicalType::BIGINT}}, 3, [](size_t i) { return std::vector<Value>{Value::BIGINT(int64_t(i) + 100)}; }).ok());
  ASSERT_TRUE(store_->put("dir/f.parquet", *store_->get("other")).ok());
  EXPECT_EQ(show(read({{{"id"}, LogicalType::BIGINT}})), "100|\n101|\n102|\n");
}

TEST_F(ParquetReading, TruncatedAnywhereIsCorrupt) {
  const std::string bytes = *store_->get("dir/f.parquet");
  std::mt19937_64 random(1);
  for (int i = 0; i < 300; i++) {
    const size_t size = i < 20 ? static_cast<size_t>(i) : i < 200 ? bytes.size() - static_cast<size_t>(i) + 19 : random() % bytes.size();
    ASSERT_TRUE(store_->put("cut", bytes.substr(0, size)).ok());
    auto rows = read_file(store_, "cut", whole(fields()));
    ASSERT_FALSE(rows.ok()) << size;
    EXPECT_EQ(rows.error().kind(), ErrorKind::kCorrupt) << rows.error().to_string();
    EXPECT_NE(rows.error().to_string().find("'cut'"), std::string::npos) << rows.error().to_string();
  }
}

// Damage inside the pages can go unnoticed (the format's checksums are optional), but must never do worse than wrong values.
TEST(ParquetDamage, FlippedBitsNeverCrash) {
  const char* scale = std::getenv("DELTASTREAM_DAMAGE_ROUNDS");
  const size_t rounds = scale ? std::strtoull(scale, nullptr, 10) : 150;
  std::mt19937_64 random(7);
  for (const std::string codec : {"none", "zstd", "snappy"}) {
    auto store = storage::make_memory_store();
    ParquetWriteOptions options;
    options.codec = codec;
    options.row_group_rows = kChunkRows;
    ASSERT_TRUE(write_file(*store, "f", fields(), 2 * kChunkRows + 100, make_row, options).ok());
    const std::string bytes = *store->get("f");
    size_t refused = 0;
    for (size_t i = 0; i < rounds; i++) {
      std::string damaged = bytes;
      const size_t flips = 1 + random() % 4;
      // Half of the rounds hit the footer, where all the structure is.
      const size_t from = i % 2 ? 0 : bytes.size() - std::min<size_t>(bytes.size(), 3000);
      for (size_t f = 0; f < flips; f++) damaged[from + random() % (bytes.size() - from)] ^= static_cast<char>(1 << random() % 8);
      ASSERT_TRUE(store->put("g", damaged).ok());
      auto rows = read_file(store, "g", whole(fields()), {{{"id"}, Value::BIGINT(10), std::nullopt}});
      if (rows.ok()) continue;
      refused++;
      const ErrorKind kind = rows.error().kind();
      EXPECT_TRUE(kind == ErrorKind::kCorrupt || kind == ErrorKind::kUnsupported || kind == ErrorKind::kInvalidArgument || kind == ErrorKind::kResource)
          << rows.error().to_string();
    }
    EXPECT_GT(refused, rounds / 10) << codec;
  }
}

}  // namespace
}  // namespace deltastream::format::parquet

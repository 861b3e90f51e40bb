// What is written comes back, type by type, and other programs can tell what it is.
#include <cmath>
#include <limits>

#include "duckdb/common/types/hugeint.hpp"
#include "duckdb/common/types/timestamp.hpp"
#include "format/parquet/parquet_testing.h"

namespace deltastream::format::parquet {
namespace {

using duckdb::date_t;
using duckdb::timestamp_t;
using duckdb::timestamp_tz_t;

LogicalType decimal(uint8_t width, uint8_t scale) { return LogicalType::DECIMAL(width, scale); }

struct Sample {
  LogicalType type;
  std::vector<Value> values;
};

LogicalType point_type() { return LogicalType::STRUCT({{"l", LogicalType::BIGINT}, {"a", LogicalType::VARCHAR}}); }

Value point(Value l, Value a) { return Value::STRUCT(point_type(), {std::move(l), std::move(a)}); }

LogicalType map_type() { return LogicalType::MAP(LogicalType::VARCHAR, point_type()); }

std::vector<Sample> samples() {
  const Value null_text(LogicalType::VARCHAR), null_long(LogicalType::BIGINT);
  std::vector<Sample> result = {
      {LogicalType::BOOLEAN, {Value::BOOLEAN(true), Value::BOOLEAN(false)}},
      {LogicalType::TINYINT, {Value::TINYINT(-128), Value::TINYINT(127)}},
      {LogicalType::SMALLINT, {Value::SMALLINT(-32768), Value::SMALLINT(32767)}},
      {LogicalType::INTEGER, {Value::INTEGER(INT32_MIN), Value::INTEGER(INT32_MAX)}},
      {LogicalType::BIGINT, {Value::BIGINT(INT64_MIN), Value::BIGINT(INT64_MAX)}},
      {LogicalType::FLOAT, {Value::FLOAT(1.5f), Value::FLOAT(NAN), Value::FLOAT(-INFINITY)}},
      {LogicalType::DOUBLE, {Value::DOUBLE(0.1), Value::DOUBLE(NAN), Value::DOUBLE(INFINITY)}},
      {decimal(4, 2), {Value::DECIMAL(int16_t{-9999}, 4, 2), Value::DECIMAL(int16_t{9999}, 4, 2)}},
      {decimal(9, 3), {Value::DECIMAL(int32_t{-999999999}, 9, 3), Value::DECIMAL(int32_t{1}, 9, 3)}},
      {decimal(18, 0), {Value::DECIMAL(int64_t{-999999999999999999}, 18, 0), Value::DECIMAL(int64_t{5}, 18, 0)}},
      {decimal(38, 10), {Value::DECIMAL(duckdb::Hugeint::Convert(INT64_MAX), 38, 10), Value::DECIMAL(duckdb::hugeint_t(-1), 38, 10)}},
      {LogicalType::DATE, {Value::DATE(date_t(-719162)), Value::DATE(date_t(20000))}},
      {LogicalType::TIMESTAMP, {Value::TIMESTAMP(timestamp_t(-1)), Value::TIMESTAMP(timestamp_t(1764000000123456))}},
      {LogicalType::TIMESTAMP_TZ, {Value::TIMESTAMPTZ(timestamp_tz_t(-1)), Value::TIMESTAMPTZ(timestamp_tz_t(1764000000123456))}},
      {LogicalType::VARCHAR, {Value(""), Value("grün"), Value(std::string(10000, 'x'))}},
      {LogicalType::BLOB, {Value::BLOB_RAW(""), Value::BLOB_RAW(std::string("\0\xff\x01", 3))}},
      {point_type(), {point(Value::BIGINT(1), Value("a")), point(null_long, null_text)}},
      {LogicalType::LIST(LogicalType::INTEGER),
       {Value::LIST(LogicalType::INTEGER, {}), Value::LIST(LogicalType::INTEGER, {Value::INTEGER(1), Value(LogicalType::INTEGER)})}},
      {LogicalType::LIST(point_type()), {Value::LIST(point_type(), {point(Value::BIGINT(1), Value("a")), Value(point_type())})}},
      {LogicalType::LIST(LogicalType::LIST(LogicalType::VARCHAR)),
       {Value::LIST(LogicalType::LIST(LogicalType::VARCHAR), {Value::LIST(LogicalType::VARCHAR, {Value("x")}), Value(LogicalType::LIST(LogicalType::VARCHAR))})}},
      {map_type(), {Value::MAP(LogicalType::VARCHAR, point_type(), {Value("k")}, {point(Value::BIGINT(2), Value("b"))}),
                    Value::MAP(LogicalType::VARCHAR, point_type(), {}, {})}},
  };
  const LogicalType nest = LogicalType::STRUCT({{"tags", LogicalType::LIST(LogicalType::VARCHAR)}, {"at", point_type()}, {"m", map_type()}});
  result.push_back({nest, {Value::STRUCT(nest, {Value::LIST(LogicalType::VARCHAR, {Value("t")}), Value(point_type()), Value(map_type())})}});
  return result;
}

TEST(ParquetRoundTrip, EveryTypeWithNulls) {
  for (const Sample& sample : samples()) {
    SCOPED_TRACE(sample.type.ToString());
    auto store = storage::make_memory_store();
    const std::vector<Field> fields = {{"c", sample.type}};
    Rows rows = {{Value(sample.type)}};
    for (const Value& value : sample.values) rows.push_back({value});
    auto summary = write_rows(*store, "f", fields, rows);
    ASSERT_TRUE(summary.ok()) << summary.error().to_string();
    EXPECT_EQ(summary->rows, rows.size());
    EXPECT_EQ(summary->bytes, store->head("f")->size);
    auto read = read_file(store, "f", whole(fields));
    ASSERT_TRUE(read.ok()) << read.error().to_string();
    EXPECT_EQ(show(*read), show(rows));
  }
}

TEST(ParquetRoundTrip, AllTypesTogetherOverManyChunksAndRowGroups) {
  auto store = storage::make_memory_store();
  const std::vector<Sample> all = samples();
  std::vector<Field> fields;
  for (size_t c = 0; c < all.size(); c++) fields.push_back({"c" + std::to_string(c), all[c].type});
  auto make_row = [&](size_t i) {
    std::vector<Value> row;
    for (size_t c = 0; c < all.size(); c++) {
      const size_t pick = (i + c) % (all[c].values.size() + 1);
      row.push_back(pick == all[c].values.size() ? Value(all[c].type) : all[c].values[pick]);
    }
    return row;
  };
  ParquetWriteOptions options;
  options.row_group_rows = 3000;
  const size_t count = 10000;
  auto summary = write_file(*store, "f", fields, count, make_row, options);
  ASSERT_TRUE(summary.ok()) << summary.error().to_string();
  Rows rows;
  for (size_t i = 0; i < count; i++) rows.push_back(make_row(i));
  for (size_t capacity : {kChunkRows, size_t{777}}) {
    auto read = read_file(store, "f", whole(fields), {}, capacity);
    ASSERT_TRUE(read.ok()) << read.error().to_string();
    EXPECT_EQ(show(*read), show(rows)) << capacity;
  }
}

TEST(ParquetRoundTrip, EveryCodec) {
  auto store = storage::make_memory_store();
  const std::vector<Field> fields = {{"id", LogicalType::BIGINT}, {"name", LogicalType::VARCHAR}};
  auto make_row = [](size_t i) { return std::vector<Value>{Value::BIGINT(static_cast<int64_t>(i)), Value("name-" + std::to_string(i % 7))}; };
  std::string expected;
  for (const std::string codec : {"zstd", "snappy", "gzip", "lz4_raw", "none"}) {
    SCOPED_TRACE(codec);
    ParquetWriteOptions options;
    options.codec = codec;
    ASSERT_TRUE(write_file(*store, codec, fields, 5000, make_row, options).ok());
    auto read = read_file(store, codec, whole(fields));
    ASSERT_TRUE(read.ok()) << read.error().to_string();
    if (expected.empty()) expected = show(*read);
    EXPECT_EQ(show(*read), expected);
  }
  ParquetWriteOptions options;
  options.codec = "rar";
  auto refused = write_file(*store, "x", fields, 1, make_row, options);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kInvalidArgument);
}

TEST(ParquetRoundTrip, FileWithoutRows) {
  auto store = storage::make_memory_store();
  const std::vector<Field> fields = {{"id", LogicalType::BIGINT}, {"s", point_type()}};
  auto summary = write_rows(*store, "f", fields, {});
  ASSERT_TRUE(summary.ok()) << summary.error().to_string();
  EXPECT_EQ(summary->rows, 0u);
  auto reader = ParquetFileReader::open(store, "f", whole(fields));
  ASSERT_TRUE(reader.ok()) << reader.error().to_string();
  EXPECT_EQ((*reader)->row_count(), 0u);
  EXPECT_TRUE((*reader)->seek(0).ok());
  auto rows = read_rest(**reader, whole(fields));
  ASSERT_TRUE(rows.ok());
  EXPECT_TRUE(rows->empty());
}

TEST(ParquetRoundTrip, FileSchemaTellsNamesAndTypes) {
  auto store = storage::make_memory_store();
  std::vector<Field> fields;
  for (const Sample& sample : samples()) fields.push_back({"c" + std::to_string(fields.size()), sample.type});
  ASSERT_TRUE(write_rows(*store, "f", fields, {}).ok());
  auto reader = ParquetFileReader::open(store, "f", {});
  ASSERT_TRUE(reader.ok()) << reader.error().to_string();
  ASSERT_EQ((*reader)->file_schema().size(), fields.size());
  for (size_t i = 0; i < fields.size(); i++) {
    EXPECT_EQ((*reader)->file_schema()[i].name, fields[i].name);
    EXPECT_EQ((*reader)->file_schema()[i].type.ToString(), fields[i].type.ToString());
  }
}

TEST(ParquetWriter, RefusesNullMapKeysAndOtherTypes) {
  auto store = storage::make_memory_store();
  const LogicalType type = LogicalType::MAP(LogicalType::VARCHAR, LogicalType::INTEGER);
  auto sink = store->open_writer("f");
  auto writer = ParquetFileWriter::create(std::move(sink).value(), {{"m", LogicalType::INTEGER}}, {});
  ASSERT_TRUE(writer.ok());
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::BIGINT});
  chunk.SetCardinality(1);
  auto refused = (*writer)->write(chunk);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kInternal);
  auto none = ParquetFileWriter::create(store->open_writer("g").value(), {}, {});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().kind(), ErrorKind::kInvalidArgument);
}

TEST(ParquetWriter, NothingIsLeftWithoutFinish) {
  auto store = storage::make_memory_store();
  {
    auto writer = ParquetFileWriter::create(store->open_writer("f").value(), {{"id", LogicalType::BIGINT}}, {});
    ASSERT_TRUE(writer.ok());
    DataChunk chunk;
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::BIGINT});
    chunk.SetValue(0, 0, Value::BIGINT(1));
    chunk.SetCardinality(1);
    ASSERT_TRUE((*writer)->write(chunk).ok());
    EXPECT_GT((*writer)->bytes_estimate(), 0u);
    EXPECT_EQ((*writer)->rows_written(), 1u);
  }
  auto objects = store->list("");
  ASSERT_TRUE(objects.ok());
  EXPECT_TRUE(objects->empty());
}

// Fails from the n-th append on.
class FullDisk final : public storage::ObjectWriter {
 public:
  FullDisk(int appends, bool* finished) : left_(appends), finished_(finished) {}
  Status append(std::string_view) override {
    if (left_-- > 0) return {};
    return resource("no space left on device");
  }
  Result<storage::ObjectMeta> finish() override {
    *finished_ = true;
    return storage::ObjectMeta{};
  }

 private:
  int left_;
  bool* finished_;
};

TEST(ParquetWriter, AFailingSinkKeepsItsKindAndIsNotFinished) {
  for (int appends = 0; appends < 3; appends++) {
    bool finished = false;
    ParquetWriteOptions options;
    options.row_group_rows = kChunkRows;
    options.codec = "none";
    auto writer = ParquetFileWriter::create(std::make_unique<FullDisk>(appends, &finished), {{"id", LogicalType::BIGINT}}, options);
    ASSERT_TRUE(writer.ok());
    DataChunk chunk;
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::BIGINT});
    for (size_t i = 0; i < kChunkRows; i++) chunk.SetValue(0, i, Value::BIGINT(static_cast<int64_t>(i * 7919)));
    chunk.SetCardinality(kChunkRows);
    Status status;
    for (int i = 0; i < 20 && status.ok(); i++) status = (*writer)->write(chunk);
    auto summary = (*writer)->finish();
    ASSERT_FALSE(summary.ok());
    EXPECT_EQ(summary.error().kind(), ErrorKind::kResource) << summary.error().to_string();
    EXPECT_FALSE(finished);
  }
}

}  // namespace
}  // namespace deltastream::format::parquet

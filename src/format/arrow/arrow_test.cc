// Chunks as Arrow, read back with nanoarrow's own reader and decoded by hand: what every Arrow program will see.
#include <gtest/gtest.h>

#include <cstring>

#include "duckdb/common/types/timestamp.hpp"
#include "format/arrow_ipc.h"
#include "format/arrow_stream.h"
#include "nanoarrow/nanoarrow_ipc.h"

namespace deltastream::format {
namespace {

LogicalType point_type() { return LogicalType::STRUCT({{"l", LogicalType::BIGINT}, {"a", LogicalType::VARCHAR}}); }

struct Sample {
  LogicalType type;
  std::string format;  // Arrow's name of the type
  Value value;
  std::string shown;
};

std::vector<Sample> samples() {
  const LogicalType map = LogicalType::MAP(LogicalType::VARCHAR, LogicalType::INTEGER);
  Vector names(LogicalType::VARCHAR, 1);
  names.SetValue(0, Value("glad"));
  const LogicalType mood = LogicalType::ENUM("mood", names, 1);
  return {
      {LogicalType::BOOLEAN, "b", Value::BOOLEAN(true), "1"},
      {LogicalType::SMALLINT, "s", Value::SMALLINT(-7), "-7"},
      {LogicalType::BIGINT, "l", Value::BIGINT(INT64_MIN), "-9223372036854775808"},
      {LogicalType::UINTEGER, "I", Value::UINTEGER(4000000000u), "4000000000"},
      {LogicalType::DOUBLE, "g", Value::DOUBLE(0.5), "0.5"},
      {LogicalType::DECIMAL(9, 2), "d:9,2", Value::DECIMAL(int32_t{-12345}, 9, 2), "-12345"},
      {LogicalType::DECIMAL(38, 3), "d:38,3", Value::DECIMAL(duckdb::hugeint_t(7), 38, 3), "7"},
      {LogicalType::HUGEINT, "d:38,0", Value::HUGEINT(duckdb::hugeint_t(-9)), "-9"},
      {LogicalType::DATE, "tdD", Value::DATE(duckdb::date_t(20000)), "20000"},
      {LogicalType::TIMESTAMP, "tsu:", Value::TIMESTAMP(duckdb::timestamp_t(1764000000123456)), "1764000000123456"},
      {LogicalType::TIMESTAMP_TZ, "tsu:UTC", Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(-1)), "-1"},
      {LogicalType::TIME, "ttu", Value::TIME(duckdb::dtime_t(86399999999)), "86399999999"},
      {LogicalType::VARCHAR, "u", Value("grün, longer than a short string"), "grün, longer than a short string"},
      {LogicalType::BLOB, "z", Value::BLOB_RAW("bytes"), "bytes"},
      {LogicalType::UUID, "u", Value::UUID("00000000-0000-0000-0000-00000000002a"), "00000000-0000-0000-0000-00000000002a"},
      {mood, "u", Value::ENUM(0, mood), "glad"},
      {point_type(), "+s", Value::STRUCT(point_type(), {Value::BIGINT(1), Value("x")}), "{l:1,a:x}"},
      {LogicalType::LIST(LogicalType::INTEGER), "+l", Value::LIST(LogicalType::INTEGER, {Value::INTEGER(4), Value(LogicalType::INTEGER)}), "[item:4,item:-]"},
      {LogicalType::LIST(point_type()), "+l", Value::LIST(point_type(), {Value::STRUCT(point_type(), {Value::BIGINT(2), Value("y")})}), "[item:{l:2,a:y}]"},
      {map, "+m", Value::MAP(LogicalType::VARCHAR, LogicalType::INTEGER, {Value("k")}, {Value::INTEGER(3)}), "[entries:{key:k,value:3}]"},
  };
}

std::vector<Field> fields_of(const std::vector<Sample>& all) {
  std::vector<Field> fields;
  for (size_t i = 0; i < all.size(); i++) fields.push_back({"c" + std::to_string(i), all[i].type, i != 1});
  return fields;
}

// Row 0 is the sample, row 1 NULL (but for the column that has none), and so on.
void fill(DataChunk& chunk, const std::vector<Sample>& all, size_t rows) {
  duckdb::vector<LogicalType> types;
  for (const Sample& sample : all) types.push_back(sample.type);
  if (chunk.ColumnCount() == 0) chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  for (size_t row = 0; row < rows; row++) {
    for (size_t c = 0; c < all.size(); c++) chunk.SetValue(c, row, row % 2 && c != 1 ? Value(all[c].type) : all[c].value);
  }
  chunk.SetCardinality(rows);
}

std::string show(const ArrowArrayView& view, const ArrowSchema& schema, int64_t row);

std::string show_children(const ArrowArrayView& view, const ArrowSchema& schema, int64_t begin, int64_t end) {
  std::string text = "[";
  for (int64_t i = begin; i < end; i++) text += (i > begin ? "," : "") + std::string(schema.children[0]->name) + ":" + show(*view.children[0], *schema.children[0], i);
  return text + "]";
}

std::string show(const ArrowArrayView& view, const ArrowSchema& schema, int64_t row) {
  if (ArrowArrayViewIsNull(&view, row)) return "-";
  switch (view.storage_type) {
    case NANOARROW_TYPE_STRUCT: {
      std::string text = "{";
      for (int64_t c = 0; c < view.n_children; c++) text += (c ? "," : "") + std::string(schema.children[c]->name) + ":" + show(*view.children[c], *schema.children[c], row);
      return text + "}";
    }
    case NANOARROW_TYPE_LIST: case NANOARROW_TYPE_MAP:
      return show_children(view, schema, ArrowArrayViewListChildOffset(&view, row), ArrowArrayViewListChildOffset(&view, row + 1));
    case NANOARROW_TYPE_STRING: case NANOARROW_TYPE_BINARY: {
      const ArrowStringView text = ArrowArrayViewGetStringUnsafe(&view, row);
      return std::string(text.data, static_cast<size_t>(text.size_bytes));
    }
    case NANOARROW_TYPE_DECIMAL128: {
      ArrowDecimal decimal;
      ArrowDecimalInit(&decimal, 128, 38, 0);
      ArrowArrayViewGetDecimalUnsafe(&view, row, &decimal);
      return std::to_string(ArrowDecimalGetIntUnsafe(&decimal));
    }
    case NANOARROW_TYPE_DOUBLE: {
      std::string text = std::to_string(ArrowArrayViewGetDoubleUnsafe(&view, row));
      while (text.back() == '0') text.pop_back();
      return text;
    }
    case NANOARROW_TYPE_UINT32: return std::to_string(ArrowArrayViewGetUIntUnsafe(&view, row));
    default: return std::to_string(ArrowArrayViewGetIntUnsafe(&view, row));
  }
}

// Reads a stream to its end and holds it against the samples, `rows` of them an array.
void check_stream(ArrowArrayStream* stream, const std::vector<Sample>& all, size_t rows, size_t arrays) {
  ArrowSchema schema;
  ASSERT_EQ(stream->get_schema(stream, &schema), 0);
  ASSERT_EQ(schema.n_children, static_cast<int64_t>(all.size()));
  for (size_t c = 0; c < all.size(); c++) {
    std::string format = schema.children[c]->format;
    if (format.size() > 4 && format[0] == 'd' && format.ends_with(",128")) format.resize(format.size() - 4);
    EXPECT_EQ(format, all[c].format);
    EXPECT_EQ(schema.children[c]->name, "c" + std::to_string(c));
    EXPECT_EQ((schema.children[c]->flags & ARROW_FLAG_NULLABLE) != 0, c != 1);
  }
  ArrowArrayView view;
  ArrowError error;
  ASSERT_EQ(ArrowArrayViewInitFromSchema(&view, &schema, &error), 0) << error.message;
  for (size_t a = 0; a <= arrays; a++) {
    ArrowArray array;
    ASSERT_EQ(stream->get_next(stream, &array), 0) << stream->get_last_error(stream);
    ASSERT_EQ(array.release == nullptr, a == arrays);
    if (a == arrays) break;
    ASSERT_EQ(ArrowArrayViewSetArray(&view, &array, &error), 0) << error.message;
    ASSERT_EQ(array.length, static_cast<int64_t>(rows));
    for (size_t row = 0; row < rows; row++) {
      for (size_t c = 0; c < all.size(); c++) {
        EXPECT_EQ(show(*view.children[c], *schema.children[c], static_cast<int64_t>(row)), row % 2 && c != 1 ? "-" : all[c].shown);
      }
    }
    array.release(&array);
  }
  ArrowArrayViewReset(&view);
  schema.release(&schema);
}

std::string write_ipc(bool file, const std::vector<Sample>& all, size_t rows, size_t chunks) {
  std::string bytes;
  auto sink = [&](std::string_view more) { bytes += more; return Status(); };
  auto writer = ArrowIpcWriter::create(sink, fields_of(all), file);
  EXPECT_TRUE(writer.ok()) << writer.error().to_string();
  DataChunk chunk;
  fill(chunk, all, rows);
  for (size_t i = 0; i < chunks; i++) {
    auto status = (*writer)->write(chunk);
    EXPECT_TRUE(status.ok()) << status.error().to_string();
  }
  auto status = (*writer)->finish();
  EXPECT_TRUE(status.ok()) << status.error().to_string();
  EXPECT_FALSE((*writer)->write(chunk).ok());
  return bytes;
}

void read_ipc(std::string_view bytes, ArrowArrayStream* stream) {
  ArrowBuffer buffer;
  ArrowBufferInit(&buffer);
  ASSERT_EQ(ArrowBufferAppend(&buffer, bytes.data(), static_cast<int64_t>(bytes.size())), 0);
  ArrowIpcInputStream input;
  ASSERT_EQ(ArrowIpcInputStreamInitBuffer(&input, &buffer), 0);
  ASSERT_EQ(ArrowIpcArrayStreamReaderInit(stream, &input, nullptr), 0);
}

TEST(ArrowIpc, StreamReadsBack) {
  const auto all = samples();
  const std::string bytes = write_ipc(false, all, 5, 3);
  ArrowArrayStream stream;
  read_ipc(bytes, &stream);
  check_stream(&stream, all, 5, 3);
  stream.release(&stream);
}

TEST(ArrowIpc, FileHasMagicAndFooterAroundTheStream) {
  const auto all = samples();
  const std::string bytes = write_ipc(true, all, 4, 2);
  ASSERT_GT(bytes.size(), 24u);
  EXPECT_EQ(bytes.substr(0, 8), std::string("ARROW1\0\0", 8));
  EXPECT_EQ(bytes.substr(bytes.size() - 6), "ARROW1");
  ArrowArrayStream stream;
  read_ipc(std::string_view(bytes).substr(8), &stream);
  check_stream(&stream, all, 4, 2);
  stream.release(&stream);
  // The footer names both record batches.
  int32_t footer_size = 0;
  std::memcpy(&footer_size, bytes.data() + bytes.size() - 10, 4);
  ArrowIpcDecoder decoder;
  ASSERT_EQ(ArrowIpcDecoderInit(&decoder), 0);
  ArrowError error;
  const ArrowBufferView view{{bytes.data() + bytes.size() - 10 - footer_size}, footer_size + 10};
  ASSERT_EQ(ArrowIpcDecoderVerifyFooter(&decoder, view, &error), 0) << error.message;
  ASSERT_EQ(ArrowIpcDecoderDecodeFooter(&decoder, view, &error), 0) << error.message;
  EXPECT_EQ(decoder.footer->record_batch_blocks.size_bytes, static_cast<int64_t>(2 * sizeof(ArrowIpcFileBlock)));
  ArrowIpcDecoderReset(&decoder);
}

TEST(ArrowIpc, TheSinksErrorComesThrough) {
  const auto all = samples();
  for (int left = 0; left < 4; left++) {
    int calls = left;
    auto sink = [&](std::string_view) { return calls-- > 0 ? Status() : Status(resource("no space left")); };
    auto writer = ArrowIpcWriter::create(sink, fields_of(all), true);
    Status status = writer.ok() ? Status() : Status(writer.error());
    if (writer.ok()) {
      DataChunk chunk;
      fill(chunk, all, 2);
      status = (*writer)->write(chunk);
      if (status.ok()) status = (*writer)->finish();
    }
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind(), ErrorKind::kResource) << status.error().to_string();
  }
}

TEST(ArrowIpc, AValueThatDoesNotFitIsRefusedByName) {
  auto writer = ArrowIpcWriter::create([](std::string_view) { return Status(); }, {{"total", LogicalType::HUGEINT}}, false);
  ASSERT_TRUE(writer.ok());
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::HUGEINT});
  chunk.SetValue(0, 0, Value::MaximumValue(LogicalType::HUGEINT));
  chunk.SetCardinality(1);
  auto status = (*writer)->write(chunk);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_NE(status.error().to_string().find("'total'"), std::string::npos) << status.error().to_string();
}

TEST(ArrowStream, HandsOutEveryChunkThenTheEnd) {
  const auto all = samples();
  size_t left = 3;
  ArrowArrayStream stream;
  auto status = export_arrow_stream(fields_of(all), [&](DataChunk& out) {
    fill(out, all, left > 0 ? 6 : 0);
    left -= left > 0;
    return Status();
  }, &stream);
  ASSERT_TRUE(status.ok());
  check_stream(&stream, all, 6, 3);
  ArrowArray array;
  EXPECT_EQ(stream.get_next(&stream, &array), 0);
  EXPECT_EQ(array.release, nullptr);
  stream.release(&stream);
  EXPECT_EQ(stream.release, nullptr);
}

TEST(ArrowStream, ErrorsStayAndAreShown) {
  int calls = 0;
  ArrowArrayStream stream;
  ASSERT_TRUE(export_arrow_stream({{"a", LogicalType::BIGINT}}, [&](DataChunk&) { calls++; return Status(unavailable("the broker is away")); }, &stream).ok());
  for (int i = 0; i < 2; i++) {
    ArrowArray array;
    EXPECT_NE(stream.get_next(&stream, &array), 0);
    EXPECT_STREQ(stream.get_last_error(&stream), "unavailable: the broker is away");
  }
  EXPECT_EQ(calls, 1);
  stream.release(&stream);
  EXPECT_EQ(export_arrow_stream({}, {}, &stream).error().kind(), ErrorKind::kUnsupported);
}

TEST(ArrowStream, ArraysOutliveTheStream) {
  ArrowArrayStream stream;
  ASSERT_TRUE(export_arrow_stream({{"a", LogicalType::VARCHAR}}, [](DataChunk& out) {
    out.SetValue(0, 0, Value("a text that does not fit into the vector itself"));
    out.SetCardinality(1);
    return Status();
  }, &stream).ok());
  ArrowArray array;
  ASSERT_EQ(stream.get_next(&stream, &array), 0);
  stream.release(&stream);
  EXPECT_EQ(std::string(static_cast<const char*>(array.children[0]->buffers[2]), 6), "a text");
  array.release(&array);
}

}  // namespace
}  // namespace deltastream::format

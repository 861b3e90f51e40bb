#include "cli/result_writer.h"

#include <gtest/gtest.h>


namespace deltastream::cli {
namespace {

// Collects what is written; `finished` tells whether it would have appeared.
struct Collected {
  std::string bytes;
  bool finished = false;
};

class Collector final : public storage::ObjectWriter {
 public:
  explicit Collector(Collected& collected) : collected_(collected) {}
  Status append(std::string_view bytes) override {
    collected_.bytes += bytes;
    return {};
  }
  Result<storage::ObjectMeta> finish() override {
    collected_.finished = true;
    return storage::ObjectMeta{};
  }

 private:
  Collected& collected_;
};

const std::vector<Field> kColumns = {{"n", LogicalType::HUGEINT, true}, {"text", LogicalType::VARCHAR, true}, {"d", LogicalType::DOUBLE, true}};

void fill(DataChunk& rows) {
  rows.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::HUGEINT, LogicalType::VARCHAR, LogicalType::DOUBLE});
  rows.SetValue(0, 0, Value::HUGEINT(12));
  rows.SetValue(1, 0, Value("a,\"b\"\nc"));
  rows.SetValue(2, 0, Value::DOUBLE(2));
  rows.SetValue(0, 1, Value(LogicalType::HUGEINT));
  rows.SetValue(1, 1, Value(""));
  rows.SetValue(2, 1, Value(LogicalType::DOUBLE));
  rows.SetCardinality(2);
}

Collected written_as(const std::string& format) {
  Collected collected;
  auto writer = make_result_writer(format, {std::make_unique<Collector>(collected), true, {}});
  EXPECT_TRUE(writer.ok());
  DataChunk rows;
  fill(rows);
  EXPECT_TRUE((*writer)->begin(kColumns).ok());
  EXPECT_TRUE((*writer)->write(rows).ok());
  EXPECT_FALSE(collected.finished);
  EXPECT_TRUE((*writer)->finish().ok());
  EXPECT_TRUE((*writer)->finish_output().ok());
  EXPECT_TRUE(collected.finished);
  return collected;
}

TEST(ResultWriter, CsvQuotesWhatNeedsItAndTellsNullFromEmpty) {
  EXPECT_EQ(written_as("csv").bytes, "n,text,d\n12,\"a,\"\"b\"\"\nc\",2.0\n,\"\",\n");
}

TEST(ResultWriter, JsonKeepsNumbersNumbers) {
  EXPECT_EQ(written_as("json").bytes, "{\"n\":12,\"text\":\"a,\\\"b\\\"\\nc\",\"d\":2.0}\n{\"n\":null,\"text\":\"\",\"d\":null}\n");
}

TEST(ResultWriter, TableIsAligned) {
  EXPECT_EQ(written_as("table").bytes,
            "   n │ text     │    d\n"
            "─────┼──────────┼─────\n"
            "  12 │ a,\"b\"\\nc │  2.0\n"
            "NULL │          │ NULL\n"
            "(2 rows)\n");
}

TEST(ResultWriter, TableShowsPlansAsTheyAreDrawn) {
  Collected collected;
  auto writer = make_result_writer("table", {std::make_unique<Collector>(collected), false, {}}).value();
  DataChunk rows;
  rows.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::VARCHAR, LogicalType::VARCHAR});
  rows.SetValue(0, 0, Value("physical_plan"));
  rows.SetValue(1, 0, Value("┌──────┐\n│ SCAN │\n└──────┘\n"));
  rows.SetCardinality(1);
  ASSERT_TRUE(writer->begin({{"explain_key", LogicalType::VARCHAR, true}, {"explain_value", LogicalType::VARCHAR, true}}).ok());
  ASSERT_TRUE(writer->write(rows).ok());
  ASSERT_TRUE(writer->finish().ok());
  EXPECT_EQ(collected.bytes, "┌──────┐\n│ SCAN │\n└──────┘\n");
}

TEST(ResultWriter, BinaryFormsBeginWithTheirMagic) {
  EXPECT_EQ(written_as("arrow").bytes.substr(0, 6), "ARROW1");
  EXPECT_EQ(written_as("parquet").bytes.substr(0, 4), "PAR1");
}

TEST(ResultWriter, UnknownFormatIsNamed) {
  Collected collected;
  auto writer = make_result_writer("xml", {std::make_unique<Collector>(collected), false, {}});
  ASSERT_FALSE(writer.ok());
  EXPECT_EQ(writer.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_NE(writer.error().describe().find("xml"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::cli

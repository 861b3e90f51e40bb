#include "cli/table_text.h"

#include <clocale>

#include <gtest/gtest.h>

#include "cli/record_text.h"

namespace deltastream::cli {
namespace {

template <typename Text>
std::string shown(size_t rows, size_t columns, TableRoom room, const std::string& value = "v") {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  std::vector<Field> fields{{"n", LogicalType::BIGINT, true}};
  duckdb::vector<LogicalType> types{LogicalType::BIGINT};
  for (size_t i = 1; i < columns; i++) {
    fields.push_back({"column_" + std::to_string(i), LogicalType::VARCHAR, true});
    types.push_back(LogicalType::VARCHAR);
  }
  std::string output;
  Text text(fields, room, [&](std::string_view more) -> Status {
    output += more;
    return {};
  });
  for (size_t done = 0; done < rows;) {
    DataChunk chunk;
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
    const size_t count = std::min<size_t>(kChunkRows, rows - done);
    for (size_t row = 0; row < count; row++) {
      chunk.SetValue(0, row, Value::BIGINT(static_cast<int64_t>(done + row + 1)));
      for (size_t i = 1; i < columns; i++) chunk.SetValue(i, row, Value(value));
    }
    chunk.SetCardinality(count);
    EXPECT_TRUE(text.write(chunk).ok());
    done += count;
  }
  EXPECT_TRUE(text.finish().ok());
  return output;
}

TEST(TableText, WithoutBoundsEverythingIsThere) {
  const std::string text = shown<TableText>(3000, 2, {});
  EXPECT_NE(text.find("\n2000 │ v\n"), std::string::npos);
  EXPECT_NE(text.find("(3,000 rows)"), std::string::npos);
}

TEST(TableText, OfManyRowsTheFirstAndTheLastAreShown) {
  EXPECT_EQ(shown<TableText>(5, 1, {80, 4}), "n\n─\n1\n2\n·\n4\n5\n(5 rows, 4 shown)\n");
  EXPECT_EQ(shown<TableText>(4, 1, {80, 4}), "n\n─\n1\n2\n3\n4\n(4 rows)\n");
  EXPECT_EQ(shown<TableText>(5, 1, {80, 1}), "n\n─\n1\n·\n(5 rows, 1 shown)\n");
  // The last rows come from the last two chunks.
  EXPECT_EQ(shown<TableText>(kChunkRows + 1, 1, {80, 4}),
            "   n\n────\n   1\n   2\n·\n2048\n2049\n(2,049 rows, 4 shown)\n");
}

TEST(TableText, ColumnsFitTheWidth) {
  EXPECT_EQ(shown<TableText>(1, 2, {20, 40}, std::string(30, 'x')),
            "n │ column_1\n──┼─────────────────\n1 │ xxxxxxxxxxxxxxx…\n(1 row; values that end in … are cut)\n");
  EXPECT_EQ(shown<TableText>(1, 6, {30, 40}),
            "n │ column_1 │ … │ column_5\n──┼──────────┼───┼─────────\n1 │ v        │ … │ v\n(1 row; 6 columns, 3 shown)\n");
}

TEST(RecordText, AValueALine) {
  EXPECT_EQ(shown<RecordText>(2, 2, {20, 1}, std::string(30, 'x')),
            "─[ 1 ]─\nn        │ 1\ncolumn_1 │ xxxxxxxx…\n(2 rows, 1 shown; values that end in … are cut)\n");
}

}  // namespace
}  // namespace deltastream::cli

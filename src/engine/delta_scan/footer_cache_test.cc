// Footers that a session keeps: within the budget, and never for a file that has become another.
#include "engine/delta_scan/footer_cache.h"

#include <chrono>

#include "parquet_reader.hpp"

#include "duckdb/main/connection.hpp"
#include "duckdb/main/database.hpp"
#include "engine/batch/session_testing.h"

namespace deltastream::engine {
namespace {

class KeptFooters : public SessionTest {
 protected:
  FooterCache::Footer footer(const std::string& path, int columns) {
    std::string list = "1 AS c0";
    for (int i = 1; i < columns; i++) list += fmt::format(", 1 AS c{}", i);
    EXPECT_EQ(rows("COPY (SELECT " + list + ") TO '" + path + "' (FORMAT parquet)").find(':'), std::string::npos);
    FooterCache::Footer read;
    connection_.context->RunFunctionInTransaction(
        [&] { read = duckdb::ParquetReader(*connection_.context, duckdb::OpenFileInfo(path), duckdb::ParquetOptions()).metadata; });
    return read;
  }
  TempFolder folder_;
  duckdb::DuckDB database_{nullptr};
  duckdb::Connection connection_{database_};
};

TEST_F(KeptFooters, TheLeastRecentlyUsedGoesFirst) {
  auto small = footer(folder_ / "small.parquet", 1), large = footer(folder_ / "large.parquet", 200);
  FooterCache cache(20 << 10);
  cache.keep("a", "1", small);
  cache.keep("b", "1", small);
  EXPECT_EQ(cache.find("a").footer, small);
  EXPECT_EQ(cache.find("none").footer, nullptr);
  for (int i = 0; cache.size() == size_t(i) + 2; i++) {
    ASSERT_LT(i, 100) << "nothing ever goes";
    EXPECT_EQ(cache.find("a").footer, small);
    cache.keep(fmt::format("more-{}", i), "1", small);
  }
  EXPECT_EQ(cache.find("a").footer, small);
  EXPECT_EQ(cache.find("b").footer, nullptr);
  // One that has no room at all neither stays nor drives out others; an older one of its path is not left either.
  size_t before = cache.size();
  cache.keep("large", "1", large);
  EXPECT_EQ(cache.size(), before);
  cache.keep("a", "1", large);
  EXPECT_EQ(cache.find("a").footer, nullptr);
  EXPECT_EQ(cache.size(), before - 1);
}

TEST_F(KeptFooters, AFileReplacedInPlaceIsReadAnew) {
  HandmadeTable t(folder_ / "t");
  std::string file = t.path() + "/1.parquet";
  auto write = [&](const std::string& sql, int hours_old) {
    ASSERT_EQ(rows("COPY (" + sql + ") TO '" + file + "' (FORMAT parquet)").find(':'), std::string::npos);
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(hours_old));
  };
  std::string sum = "SELECT sum(a) FROM delta_scan('" + t.path() + "')";
  write("SELECT i AS a FROM range(10) t(i)", 2);
  // A log that tells no size: otherwise another length is refused.
  t.commit(0, HandmadeTable::head(HandmadeTable::field("a", "long")) +
                  R"({"add":{"path":"1.parquet","partitionValues":{},"size":0,"modificationTime":1,"dataChange":true}})" "\n");
  EXPECT_EQ(rows(sum), "45\n");
  EXPECT_EQ(rows(sum), "45\n") << "by the kept footer";
  write("SELECT 7::BIGINT AS b, i + 100 AS a FROM range(10) t(i)", 1);
  EXPECT_EQ(rows(sum), "1045\n");
}

}  // namespace
}  // namespace deltastream::engine

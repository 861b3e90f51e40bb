// table_changes over tables made by hand.
#include "engine/batch/session_testing.h"

namespace deltastream::engine {
namespace {

constexpr char kProtocol[] =
    R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["changeDataFeed","deletionVectors"]})";
// Rows 3, 4, 7, 11, 18 and 29: the example of the protocol.
constexpr char kVector[] = R"("deletionVector":{"storageType":"i","pathOrInlineDv":"wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L","sizeInBytes":40,"cardinality":6})";

class TableChanges : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    copy("1.parquet", "SELECT r AS a FROM range(10) x(r)");
    copy("2.parquet", "SELECT 100 AS a");
    copy("_change_data/c.parquet", "SELECT * FROM (VALUES (100, 'update_preimage'), (101, 'update_postimage')) v(a, _change_type)");
    copy("3.parquet", "SELECT 101 AS a");
    std::string info = R"({"commitInfo":{"timestamp":1000,"operation":"X"}})";
    table_.commit(0, HandmadeTable::head(HandmadeTable::field("a", "long") + "," + HandmadeTable::field("p", "string"), R"(["p"])",
                                         R"({"delta.enableChangeDataFeed":"true","delta.enableDeletionVectors":"true"})", kProtocol) +
                         table_.add("1.parquet", R"({"p":"x"})", HandmadeTable::stats(R"({"numRecords":10})")));
    table_.commit(1, table_.add("2.parquet", R"({"p":"y"})"));
    // A row updated, with a file of the change data feed.
    table_.commit(2, R"({"remove":{"path":"2.parquet","dataChange":true,"deletionTimestamp":1,"partitionValues":{"p":"y"},"size":1}})" "\n" +
                         table_.add("3.parquet", R"({"p":"y"})") + R"({"cdc":{"path":"_change_data/c.parquet","partitionValues":{"p":"y"},"size":1,"dataChange":false}})" "\n");
    // Rows deleted by a vector.
    table_.commit(3, R"({"remove":{"path":"1.parquet","dataChange":true,"deletionTimestamp":1,"partitionValues":{"p":"x"},"size":1}})" "\n" +
                         table_.add("1.parquet", R"({"p":"x"})", std::string(",") + kVector + HandmadeTable::stats(R"({"numRecords":10})")));
  }
  void copy(const std::string& file, const std::string& sql) {
    std::filesystem::create_directories(std::filesystem::path(table_.path() + "/" + file).parent_path());
    rows("COPY (" + sql + ") TO '" + table_.path() + "/" + file + "' (FORMAT parquet)");
  }
  std::string changes(const std::string& bounds, const std::string& rest = "", const std::string& what = "a, p, _change_type, _commit_version") {
    return rows("SELECT " + what + " FROM table_changes('" + table_.path() + "', " + bounds + ") " + rest + " ORDER BY ALL");
  }
  TempFolder folder_;
  HandmadeTable table_{folder_ / "t"};
};

TEST_F(TableChanges, InsertsUpdatesAndDeletes) {
  EXPECT_EQ(changes("1, 1"), "100|y|insert|1\n");
  EXPECT_EQ(changes("2, 2"), "100|y|update_preimage|2\n101|y|update_postimage|2\n");
  EXPECT_EQ(changes("3"), "3|x|delete|3\n4|x|delete|3\n7|x|delete|3\n");
  EXPECT_EQ(rows("SELECT _commit_version, _change_type, count(*) FROM table_changes('" + table_.path() + "', 0) GROUP BY ALL ORDER BY ALL"),
            "0|insert|10\n1|insert|1\n2|update_postimage|1\n2|update_preimage|1\n3|delete|3\n");
}

TEST_F(TableChanges, FiltersOnEveryKindOfColumn) {
  EXPECT_EQ(changes("0", "WHERE _commit_version = 1"), "100|y|insert|1\n");
  EXPECT_EQ(changes("0", "WHERE _change_type LIKE 'update%' AND a > 100", "a"), "101\n");
  EXPECT_EQ(changes("0", "WHERE _change_type = 'delete' AND p = 'x' AND a < 5", "a"), "3\n4\n");
  EXPECT_EQ(changes("0", "WHERE p = 'y' AND _commit_timestamp > TIMESTAMPTZ '1970-01-01 00:00:00+00'", "count(*)"), "3\n");
}

TEST_F(TableChanges, Bounds) {
  EXPECT_EQ(failure("SELECT * FROM table_changes('" + table_.path() + "', 3, 1)").kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(failure("SELECT * FROM table_changes('" + table_.path() + "', 0, 9)").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(failure("SELECT * FROM table_changes('" + table_.path() + "', TIMESTAMP '2999-01-01')").kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(changes("TIMESTAMPTZ '1970-01-01 00:00:00+00'", "", "count(*)"), "16\n");
  rows("ATTACH '" + folder_.path() + "' AS lake (TYPE deltastream)");
  EXPECT_EQ(rows("SELECT count(*) FROM table_changes('lake.t', 0)"), "16\n");
}

}  // namespace
}  // namespace deltastream::engine

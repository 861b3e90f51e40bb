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
  EXPECT_EQ(changes("0, 9", "", "count(*)"), "16\n");   // up to the newest, as in Spark
  EXPECT_EQ(failure("SELECT * FROM table_changes('" + table_.path() + "', 4, 9)").kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(failure("SELECT * FROM table_changes('" + table_.path() + "', TIMESTAMP '2999-01-01')").kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(changes("TIMESTAMPTZ '1970-01-01 00:00:00+00'", "", "count(*)"), "16\n");
  for (const char* bounds : {"'soon'", "0, 'soon'", "NULL", "0, NULL"}) {
    EXPECT_EQ(failure("SELECT * FROM table_changes('" + table_.path() + "', " + bounds + ")").kind(), ErrorKind::kInvalidArgument) << bounds;
  }
  EXPECT_NE(rows("SELECT * FROM table_changes('" + table_.path() + "', 'soon')").find("a version or a time like"), std::string::npos);
  rows("ATTACH '" + folder_.path() + "' AS lake (TYPE deltastream)");
  EXPECT_EQ(rows("SELECT count(*) FROM table_changes('lake.t', 0)"), "16\n");
}

TEST_F(TableChanges, FilesThatCannotMatchAreNotRead) {
  auto plan = [&](const std::string& bounds, const std::string& where) {
    return rows("EXPLAIN SELECT a FROM table_changes('" + table_.path() + "', " + bounds + ") WHERE " + where);
  };
  auto expect_in = [](const std::string& text, const std::string& whole) { EXPECT_NE(whole.find(text), std::string::npos) << whole; };
  expect_in("4 of 4 files in", plan("0", "a > 0"));
  expect_in("1 of 4 files in", plan("0", "_commit_version = 1"));
  expect_in("3 skipped by", plan("0", "_commit_version = 1"));
  // Of the file of changes it is known only when its rows are read.
  expect_in("2 of 4 files in", plan("0", "_change_type = 'delete'"));
  expect_in("2 of 4 files in", plan("0", "p = 'y'"));
  expect_in("0 of 4 files in", plan("0", "_commit_timestamp < TIMESTAMPTZ '1970-01-01 00:00:00+00'"));
  // What is skipped is not opened.
  std::filesystem::remove(table_.path() + "/1.parquet");
  EXPECT_EQ(changes("0", "WHERE _commit_version IN (1, 2)", "count(*)"), "3\n");
  EXPECT_EQ(changes("0", "WHERE p > 'x'", "count(*)"), "3\n");
}

// The vector's rows were there under the older bounds; those of the newer action are of the rows that are left.
TEST_F(TableChanges, StatisticsAreThoseOfTheRowsThatChanged) {
  HandmadeTable table{folder_ / "tight"};
  rows("COPY (SELECT r AS a FROM range(8) x(r)) TO '" + table.path() + "/1.parquet' (FORMAT parquet)");
  const std::string before = HandmadeTable::stats(R"({"numRecords":8,"minValues":{"a":0},"maxValues":{"a":7},"nullCount":{"a":0}})");
  const std::string after = HandmadeTable::stats(R"({"numRecords":8,"tightBounds":true,"minValues":{"a":0},"maxValues":{"a":6},"nullCount":{"a":0}})");
  table.commit(0, HandmadeTable::head(HandmadeTable::field("a", "long"), "[]", R"({"delta.enableChangeDataFeed":"true","delta.enableDeletionVectors":"true"})", kProtocol) +
                      table.add("1.parquet", "{}", before));
  const std::string remove = R"({"remove":{"path":"1.parquet","dataChange":true,"deletionTimestamp":1,"extendedFileMetadata":true,"partitionValues":{},"size":1)";
  table.commit(1, remove + before + "}}\n" + table.add("1.parquet", "{}", std::string(",") + kVector + after));
  const std::string from = " FROM table_changes('" + table.path() + "', 0)";
  EXPECT_EQ(rows("SELECT _change_type, _commit_version" + from + " WHERE a = 7 ORDER BY ALL"), "delete|1\ninsert|0\n");
  EXPECT_EQ(rows("SELECT a" + from + " WHERE a >= 4 AND _change_type = 'delete' ORDER BY ALL"), "4\n7\n");
  std::string plan = rows("EXPLAIN SELECT a" + from + " WHERE a > 7");
  EXPECT_NE(plan.find("0 of 2 files in"), std::string::npos) << plan;
}

class ChangedColumns : public TableChanges {
 protected:
  static std::string head(const std::string& fields, const std::string& mode = "", const std::string& partitions = "[]") {
    const std::string mapping = mode.empty() ? "" : R"(,"delta.columnMapping.mode":")" + mode + "\"";
    return HandmadeTable::head(fields, partitions, R"({"delta.enableChangeDataFeed":"true")" + mapping + "}",
                               R"({"minReaderVersion":2,"minWriterVersion":5})");
  }
  static std::string mapped(const std::string& name, const std::string& type, int id, const std::string& physical) {
    return HandmadeTable::field(name, type, fmt::format(R"({{"delta.columnMapping.id":{},"delta.columnMapping.physicalName":"{}"}})", id, physical));
  }
  void write(const std::string& file, const std::string& sql) { rows("COPY (" + sql + ") TO '" + changed_.path() + "/" + file + "' (FORMAT parquet)"); }
  std::string all(const std::string& bounds) { return rows("SELECT * EXCLUDE (_commit_timestamp) FROM table_changes('" + changed_.path() + "', " + bounds + ") ORDER BY ALL"); }
  Error refusal(const std::string& bounds) { return failure("SELECT * FROM table_changes('" + changed_.path() + "', " + bounds + ")"); }
  HandmadeTable changed_{folder_ / "changed"};
};

TEST_F(ChangedColumns, AddedAndWidenedOnesAreReadAsTheLastVersionHasThem) {
  const auto f = [](const char* name, const char* type) { return HandmadeTable::field(name, type); };
  write("1.parquet", "SELECT 1::SMALLINT AS a, 'x' AS gone");
  write("2.parquet", "SELECT 70000::INTEGER AS a, 2.5::DOUBLE AS late");
  changed_.commit(0, head(f("a", "short") + "," + f("gone", "string")) + changed_.add("1.parquet", "{}", HandmadeTable::stats(R"({"numRecords":1,"minValues":{"a":1},"maxValues":{"a":1}})")));
  changed_.commit(1, head(f("a", "integer") + "," + f("late", "double")) + changed_.add("2.parquet"));
  EXPECT_EQ(all("0"), "1|NULL|insert|0\n70000|2.5|insert|1\n");
  EXPECT_EQ(all("0, 0"), "1|x|insert|0\n");
  EXPECT_EQ(rows("SELECT a FROM table_changes('" + changed_.path() + "', 0) WHERE a < 60000 AND late IS NULL"), "1\n");
}

TEST_F(ChangedColumns, RenamedOnesAreFoundByTheirPhysicalNames) {
  write("1.parquet", "SELECT 1::BIGINT AS a");
  write("2.parquet", "SELECT 2::BIGINT AS a, 'new' AS \"c-2\"");
  changed_.commit(0, head(HandmadeTable::field("a", "long") + "," + HandmadeTable::field("p", "string"), "", R"(["p"])") + changed_.add("1.parquet", R"({"p":"x"})"));
  // Mapping is switched on, which keeps the names that files have; then columns are renamed, the one of the partition as well.
  changed_.commit(1, head(mapped("a", "long", 1, "a") + "," + mapped("p", "string", 3, "p"), "name", R"(["p"])"));
  changed_.commit(2, head(mapped("b", "long", 1, "a") + "," + mapped("part", "string", 3, "p") + "," + mapped("a", "string", 2, "c-2"), "name", R"(["part"])") +
                         changed_.add("2.parquet", R"({"p":"y"})"));
  EXPECT_EQ(all("0"), "1|x|NULL|insert|0\n2|y|new|insert|2\n");
  EXPECT_EQ(rows("SELECT b FROM table_changes('" + changed_.path() + "', 0) WHERE part = 'x'"), "1\n");
  EXPECT_EQ(all("0, 1"), "1|x|insert|0\n");
}

TEST_F(ChangedColumns, OtherChangesAreRefused) {
  write("1.parquet", "SELECT 1::BIGINT AS a, 'x' AS p");
  const auto f = [](const char* name, const char* type) { return HandmadeTable::field(name, type); };
  changed_.commit(0, head(f("a", "long") + "," + f("p", "string")) + changed_.add("1.parquet"));
  changed_.commit(1, head(f("a", "string") + "," + f("p", "string")));
  changed_.commit(2, head(f("a", "string") + "," + f("p", "string"), "", R"(["p"])"));
  Error type = refusal("0, 1");
  EXPECT_EQ(type.kind(), ErrorKind::kUnsupported);
  EXPECT_NE(type.message().find("column 'a' was long and is string"), std::string::npos) << type.message();
  EXPECT_NE(type.message().find("at version 0, against version 1"), std::string::npos) << type.message();
  EXPECT_EQ(refusal("1, 2").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(all("0, 0"), "1|x|insert|0\n");
}

}  // namespace
}  // namespace deltastream::engine

#include "engine/batch/session_testing.h"

namespace deltastream::engine {
namespace {

class FolderCatalogTest : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    make("flights", 1);
    make("sub folder/Deep Table", 2);
    std::filesystem::create_directories(folder_ / "no table/at all");
    ASSERT_EQ(rows("ATTACH '" + folder_.path() + "' AS lake (TYPE deltastream)"), "");
  }
  HandmadeTable make(const std::string& name, int value) {
    HandmadeTable table(folder_ / name);
    rows(fmt::format("COPY (SELECT {} AS a) TO '{}/1.parquet' (FORMAT parquet)", value, table.path()));
    rows(fmt::format("COPY (SELECT {} AS a) TO '{}/2.parquet' (FORMAT parquet)", value * 10, table.path()));
    table.commit(0, HandmadeTable::head(HandmadeTable::field("a", "integer"), "[]", R"({"own":"7"})") + table.add("1.parquet"));
    table.commit(1, table.add("2.parquet"));
    return table;
  }
  TempFolder folder_;
};

TEST_F(FolderCatalogTest, TablesAreFoundByName) {
  EXPECT_EQ(rows("SELECT * FROM lake.flights ORDER BY a"), "1\n10\n");
  EXPECT_EQ(rows("SELECT sum(f.a) FROM lake.main.FLIGHTS f"), "11\n");
  EXPECT_EQ(rows("SELECT a, _metadata.file_name FROM lake.`sub folder`.`deep table` WHERE a > 2"), "20|2.parquet\n");
  EXPECT_EQ(rows("SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'lake' ORDER BY ALL"), "main|flights\nsub folder|Deep Table\n");
  EXPECT_EQ(failure("SELECT * FROM lake.nothing").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(failure("SELECT * FROM lake.`../flights`").kind(), ErrorKind::kNotFound);
}

TEST_F(FolderCatalogTest, VersionsOfATable) {
  EXPECT_EQ(rows("SELECT * FROM lake.flights VERSION AS OF 0"), "1\n");
  EXPECT_EQ(rows("SELECT count(*) FROM lake.flights AT (VERSION => 1)"), "2\n");
  EXPECT_EQ(rows("SELECT n.a FROM lake.flights n ANTI JOIN (FROM lake.flights AT (VERSION => 0)) o USING (a)"), "10\n");
  EXPECT_EQ(failure("SELECT * FROM lake.flights VERSION AS OF 9").kind(), ErrorKind::kNotFound);
}

TEST_F(FolderCatalogTest, FactsByName) {
  EXPECT_EQ(rows("SELECT version FROM (DESCRIBE HISTORY lake.flights)").find("invalid argument"), 0u);
  EXPECT_EQ(rows("DESCRIBE HISTORY lake.flights").substr(0, 2), "1|");
  EXPECT_EQ(rows("SHOW TBLPROPERTIES lake.flights ('own')"), "own|7\n");
  EXPECT_EQ(rows("SELECT numFiles, version FROM delta_detail('lake.flights')"), "2|1\n");
  make("with.dots", 3);
  EXPECT_EQ(rows("SHOW TBLPROPERTIES lake.`with.dots` ('own')"), "own|7\n");
  EXPECT_EQ(rows("SELECT numFiles FROM delta_detail('lake.\"with.dots\"')"), "2\n");
  rows("USE lake");
  EXPECT_EQ(rows("SHOW TBLPROPERTIES `with.dots` ('own')"), "own|7\n");
  EXPECT_EQ(rows("SHOW TBLPROPERTIES flights ('own')"), "own|7\n");
}

TEST_F(FolderCatalogTest, ATransactionSeesOneVersion) {
  rows("BEGIN");
  EXPECT_EQ(rows("SELECT count(*) FROM lake.flights"), "2\n");
  HandmadeTable flights(folder_ / "flights");
  flights.commit(2, R"({"remove":{"path":"1.parquet","dataChange":true,"deletionTimestamp":1}})");
  EXPECT_EQ(rows("SELECT count(*) FROM lake.flights"), "2\n");
  rows("COMMIT");
  EXPECT_EQ(rows("SELECT * FROM lake.flights"), "10\n");
}

TEST_F(FolderCatalogTest, WritingIsRefusedByName) {
  EXPECT_EQ(failure("CREATE TABLE lake.t(i INT)").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(failure("INSERT INTO lake.flights VALUES (1)").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(failure("DROP TABLE lake.flights").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(failure("DELETE FROM lake.flights").kind(), ErrorKind::kUnsupported);
}

TEST_F(FolderCatalogTest, WhatCannotBeAttachedIsNamed) {
  EXPECT_EQ(failure("ATTACH '" + (folder_ / "not there") + "' AS other (TYPE deltastream)").kind(), ErrorKind::kNotFound);
  EXPECT_NE(rows("ATTACH '" + (folder_ / "flights/") + "' AS other (TYPE deltastream)").find("is a Delta table, not a folder of tables"), std::string::npos);
  EXPECT_NE(rows("ATTACH '" + folder_.path() + "' AS other (TYPE deltastream, colour 'red')").find("has no option 'colour'"), std::string::npos);
}

TEST_F(FolderCatalogTest, DotsOfThePathAreNotShown) {
  ASSERT_EQ(rows("ATTACH '" + folder_.path() + "/./' AS other (TYPE deltastream)"), "");
  EXPECT_EQ(rows("SELECT location FROM delta_detail('other.flights')"), "file:" + (folder_ / "flights") + "\n");
}

}  // namespace
}  // namespace deltastream::engine

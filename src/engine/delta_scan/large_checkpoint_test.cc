// Scans of a table whose statistics stay in its checkpoint until they are asked for.
#include "delta/snapshot.h"
#include "engine/batch/session_testing.h"

namespace deltastream::engine {
namespace {

constexpr int kFiles = 60'000;

class LargeCheckpoint : public SessionTest {
 protected:
  // Files that are not there, but for the seventh.
  void SetUp() override {
    SessionTest::SetUp();
    rows("COPY (SELECT 7::BIGINT AS id, 'seven' AS s) TO '" + table_.path() + "/7.parquet' (FORMAT parquet)");
    const std::string schema = HandmadeTable::struct_type(HandmadeTable::field("id", "long") + "," + HandmadeTable::field("s", "string"));
    const std::string done = rows(fmt::format(
        R"(COPY (SELECT {{'minReaderVersion': 1, 'minWriterVersion': 2}} AS protocol, NULL AS "metaData", NULL AS add
           UNION ALL SELECT NULL, {{'id': 'x', 'schemaString': '{}', 'partitionColumns': []::VARCHAR[]}}, NULL
           UNION ALL SELECT NULL, NULL, {{'path': i || '.parquet', 'partitionValues': MAP {{}}::MAP(VARCHAR, VARCHAR), 'modificationTime': 1::BIGINT,
             'size': CASE i WHEN 7 THEN {} ELSE 1000 END::BIGINT, 'dataChange': true,
             'stats': '{{"numRecords":1,"minValues":{{"id":' || i || '}},"maxValues":{{"id":' || i || '}},"nullCount":{{"id":0}}}}'}} FROM range({}) r(i))
           TO '{}' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 20000))",
        schema, std::filesystem::file_size(table_.path() + "/7.parquet"), kFiles, checkpoint()));
    ASSERT_EQ(done.find("error"), std::string::npos) << done;
    ASSERT_GE(std::filesystem::file_size(checkpoint()), delta::SnapshotOptions().leave_statistics_from_bytes);
  }
  std::string checkpoint() const { return table_.path() + "/_delta_log/00000000000000000001.checkpoint.parquet"; }
  std::string scan(const std::string& rest = "", const std::string& what = "*") {
    return rows("SELECT " + what + " FROM delta_scan('" + table_.path() + "') " + rest);
  }

  TempFolder folder_;
  HandmadeTable table_{folder_ / "t"};
};

TEST_F(LargeCheckpoint, AnswersAsAnyOther) {
  EXPECT_EQ(scan("WHERE id = 7"), "7|seven\n");
  EXPECT_EQ(scan("WHERE id = 7 AND s LIKE 'sev%'", "s, id + 1"), "seven|8\n");
  EXPECT_EQ(scan("", "count(*)"), "60000\n");
  EXPECT_EQ(scan("", "min(id), max(id), count(*)"), "0|59999|60000\n");
  EXPECT_EQ(scan("WHERE id > 70000", "count(*)"), "0\n");
  std::string plan = rows("EXPLAIN SELECT * FROM delta_scan('" + table_.path() + "') WHERE id = 7");
  EXPECT_NE(plan.find("59999"), std::string::npos) << plan;
  table_.commit(2, R"({"remove":{"path":"59999.parquet","deletionTimestamp":1,"dataChange":true}})" "\n"
                   R"({"add":{"path":"new.parquet","partitionValues":{},"size":1,"modificationTime":1,"dataChange":true)" +
                       HandmadeTable::stats(R"({"numRecords":5,"minValues":{"id":-3},"maxValues":{"id":-1},"nullCount":{"id":0}})") + "}}\n");
  EXPECT_EQ(scan("", "min(id), max(id), count(*)"), "-3|59998|60004\n");
  EXPECT_EQ(scan("WHERE id = 7", "s"), "seven\n");
}

}  // namespace
}  // namespace deltastream::engine

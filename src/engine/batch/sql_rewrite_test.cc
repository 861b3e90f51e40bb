#include "engine/batch/sql_rewrite.h"

#include <gtest/gtest.h>

namespace deltastream::engine::batch {
namespace {

std::string rewritten(std::string_view sql) {
  auto result = rewrite_sql(sql);
  return result.ok() ? result->text() : result.error().to_string();
}

TEST(SqlRewrite, LeavesDuckdbsOwnTextAlone) {
  for (const char* sql : {"SELECT 1", "SELECT 'delta.`x`' -- delta.`y`\n, version AS of FROM t", "SELECT timestamp AS of, version AS of",
                          "SELECT $a$ `b` $a$, E'\\'`'", "FROM t AT (VERSION => 3)", "SELECT a::VARCHAR, {'x': 1}, [1, 2][1] /* ` */"}) {
    EXPECT_EQ(rewritten(sql), sql);
  }
}

TEST(SqlRewrite, PathsBecomeScans) {
  EXPECT_EQ(rewritten("SELECT * FROM delta.`/a b/it's` t"), "SELECT * FROM delta_scan('/a b/it''s') t");
  EXPECT_EQ(rewritten("FROM DELTA . `/a``b`, delta.`c`"), "FROM delta_scan('/a`b'), delta_scan('c')");
  EXPECT_EQ(rewritten("SELECT x.delta.`c`"), "SELECT x.delta.\"c\"");
}

TEST(SqlRewrite, TimeTravel) {
  EXPECT_EQ(rewritten("FROM delta.`/t` VERSION AS OF 3 JOIN u"), "FROM delta_scan('/t', version => 3) JOIN u");
  EXPECT_EQ(rewritten("FROM delta.`/t` FOR TIMESTAMP AS OF '2020-01-01'"), "FROM delta_scan('/t', \"timestamp\" => '2020-01-01')");
  EXPECT_EQ(rewritten("FROM delta_scan('/t', timestamp => '2020-01-01'), t AT (timestamp => now())"),
            "FROM delta_scan('/t', \"timestamp\" => '2020-01-01'), t AT (timestamp => now())");
  EXPECT_EQ(rewritten("FROM '/t' VERSION AS OF 3 JOIN 'u'"), "FROM delta_scan('/t', version => 3) JOIN 'u'");
  EXPECT_EQ(rewritten("FROM lake.t VERSION AS OF 3 AS x"), "FROM lake.t AT (VERSION => 3) AS x");
  EXPECT_EQ(rewritten("FROM t TIMESTAMP AS OF TIMESTAMP '2020-01-01 00:00:00'"), "FROM t AT (TIMESTAMP => TIMESTAMP '2020-01-01 00:00:00')");
  EXPECT_EQ(rewritten("FROM t TIMESTAMP AS OF (now() - INTERVAL 1 DAY) WHERE x"), "FROM t AT (TIMESTAMP => (now() - INTERVAL 1 DAY)) WHERE x");
  EXPECT_EQ(rewritten("FROM t TIMESTAMP AS OF date_trunc('day', now())"), "FROM t AT (TIMESTAMP => date_trunc('day', now()))");
  EXPECT_EQ(rewritten("FROM t TIMESTAMP AS OF now() - INTERVAL 1 HOUR WHERE x"), "FROM t AT (TIMESTAMP => now() - INTERVAL 1 HOUR) WHERE x");
  EXPECT_EQ(rewritten("FROM t TIMESTAMP AS OF current_timestamp - INTERVAL '1 day' + INTERVAL (2) hours u"),
            "FROM t AT (TIMESTAMP => current_timestamp - INTERVAL '1 day' + INTERVAL (2) hours) u");
  EXPECT_EQ(rewritten("FROM '/t' TIMESTAMP AS OF current_date"), "FROM delta_scan('/t', \"timestamp\" => current_date)");
  EXPECT_EQ(rewritten("FROM '/t' FOR SYSTEM_VERSION AS OF 3"), "FROM delta_scan('/t', version => 3)");
  EXPECT_EQ(rewritten("FROM t FOR SYSTEM_TIME AS OF DATE '2020-01-01'"), "FROM t AT (TIMESTAMP => DATE '2020-01-01')");
  EXPECT_EQ(rewritten("FROM t VERSION AS OF -1"), "FROM t AT (VERSION => -1)");
}

TEST(SqlRewrite, TableStatements) {
  EXPECT_EQ(rewritten("DESCRIBE HISTORY delta.`/t` LIMIT 3"), "SELECT * FROM delta_history('/t') LIMIT 3");
  EXPECT_EQ(rewritten("describe detail '/t'"), "SELECT * FROM delta_detail('/t')");
  EXPECT_EQ(rewritten("DESC HISTORY lake.`a b`"), "SELECT * FROM delta_history('lake.a b')");
  EXPECT_EQ(rewritten("SHOW TBLPROPERTIES lake.t ('delta.appendOnly')"), "SELECT * FROM delta_properties('lake.t') WHERE key = 'delta.appendOnly'");
  EXPECT_EQ(rewritten("DESCRIBE HISTORY '/t' (catalog_version => 7, catalog_commits => ['7:{}', (f(1))]) LIMIT 1"),
            "SELECT * FROM delta_history('/t', catalog_version => 7, catalog_commits => ['7:{}', (f(1))]) LIMIT 1");
  EXPECT_EQ(rewritten("SHOW TBLPROPERTIES '/t' (catalog_version => 7) ('k')"), "SELECT * FROM delta_properties('/t', catalog_version => 7) WHERE key = 'k'");
  EXPECT_EQ(rewritten("DESCRIBE history"), "DESCRIBE history");
  EXPECT_EQ(rewritten("DESCRIBE SELECT 1"), "DESCRIBE SELECT 1");
}

TEST(SqlRewrite, ObjectStoresAreAttachedWithoutDuckdbsExtensions) {
  EXPECT_EQ(rewritten("ATTACH 's3://b/lake' AS lake (TYPE deltastream)"), "ATTACH 'deltastream-object:/s3://b/lake' AS lake (TYPE deltastream)");
  EXPECT_EQ(rewritten("attach if not exists 'gs://b' AS `l` (READ_ONLY, type 'deltastream')"),
            "attach if not exists 'deltastream-object:/gs://b' AS \"l\" (READ_ONLY, type 'deltastream')");
  for (const char* sql : {"ATTACH '/lake' AS lake (TYPE deltastream)", "ATTACH 's3://b/x.db'", "ATTACH 's3://b/x.db' AS x (TYPE duckdb)", "ATTACH"}) EXPECT_EQ(rewritten(sql), sql);
}

TEST(SqlRewrite, StatementsThatAreNotOfferedAreNamed) {
  for (const auto& [sql, words] : std::vector<std::pair<std::string, std::string>>{
           {"OPTIMIZE '/t' ZORDER BY (a)", "OPTIMIZE"}, {"vacuum delta.`/t` RETAIN 0 HOURS", "VACUUM"}, {"RESTORE lake.t TO VERSION AS OF 1", "RESTORE"},
           {"INSERT INTO '/t' VALUES (1)", "INSERT INTO"}, {"DELETE FROM delta.`/t`", "DELETE FROM"}, {"UPDATE '/t' SET a = 1", "UPDATE"},
           {"MERGE INTO delta.`/t` USING u", "MERGE INTO"}, {"CREATE TABLE delta.`/t` (a INT)", "CREATE TABLE"}, {"DESCRIBE EXTENDED '/t'", "DESCRIBE DETAIL"},
           {"SHOW PARTITIONS '/t'", "SELECT DISTINCT"}, {"SHOW COLUMNS IN t", "DESCRIBE"}}) {
    auto result = rewrite_sql(sql);
    ASSERT_FALSE(result.ok()) << sql;
    EXPECT_EQ(result.error().kind(), ErrorKind::kUnsupported) << sql;
    EXPECT_NE(result.error().message().find(words), std::string::npos) << result.error().to_string();
  }
  for (const char* sql : {"VACUUM", "VACUUM t", "INSERT INTO t VALUES (1)", "DELETE FROM t", "UPDATE t SET a = 1", "DESCRIBE extended", "DESCRIBE extended.t",
                          "CREATE TABLE t (a INT)", "SELECT optimize FROM t"}) {
    EXPECT_EQ(rewritten(sql), sql);
  }
}

TEST(SqlRewrite, TablesAreDescribedByPathAndByCall) {
  EXPECT_EQ(rewritten("DESCRIBE delta.`/t`"), "DESCRIBE SELECT * FROM delta_scan('/t')");
  EXPECT_EQ(rewritten("desc table delta.`/t` VERSION AS OF 3"), "DESCRIBE SELECT * FROM delta_scan('/t', version => 3)");
  EXPECT_EQ(rewritten("SUMMARIZE delta_scan('/t')"), "SUMMARIZE SELECT * FROM delta_scan('/t')");
  EXPECT_EQ(rewritten("DESCRIBE '/t' VERSION AS OF 3"), "DESCRIBE SELECT * FROM delta_scan('/t', version => 3)");
  for (const char* sql : {"DESCRIBE t", "SUMMARIZE lake.t", "DESCRIBE '/t'", "DESCRIBE SELECT (1)", "DESCRIBE (SELECT 1)", "SUMMARIZE select(1)"}) EXPECT_EQ(rewritten(sql), sql);
}

TEST(SqlRewrite, FieldsOfMetadata) {
  EXPECT_EQ(rewritten("SELECT _metadata.row_id, `t`._metadata.`file_path`, _metadata, x._metadata"),
            "SELECT (_metadata).row_id, (\"t\"._metadata).\"file_path\", _metadata, x._metadata");
}

TEST(SqlRewrite, PlacesAreMappedBack) {
  std::string sql = "SELECT `a` FROM delta.`/x` WHERE boom";
  auto result = rewrite_sql(sql);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->original_offset(result->text().find("boom")), sql.find("boom"));
  EXPECT_EQ(result->original_offset(result->text().find("delta_scan") + 3), sql.find("delta"));
}

TEST(SqlRewrite, OpenQuotesAreNamed) {
  EXPECT_EQ(rewritten("SELECT 'a"), "invalid argument: a text is never closed, line 1, column 8:\n  SELECT 'a\n         ^");
  EXPECT_NE(rewritten("/* /* */").find("comment is never closed"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::engine::batch

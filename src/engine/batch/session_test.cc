#include "engine/batch/session_testing.h"

#include <thread>

namespace deltastream::engine {
namespace {

using BatchSessionTest = SessionTest;

// DuckDB alone loses these rows; see distinct_from_rewrite.h.
TEST_F(BatchSessionTest, RowsThatAreNullAreDistinct) {
  rows("CREATE TABLE t AS SELECT * FROM (VALUES (1, NULL::INTEGER, {'f': NULL::INTEGER}), (2, 100, {'f': 100})) AS v(id, c, s)");
  for (const char* c : {"c", "s.f"}) {
    EXPECT_EQ(rows(fmt::format("SELECT id FROM t WHERE {0} IS DISTINCT FROM 100 OR {0} <> 100", c)), "1\n") << c;
    EXPECT_EQ(rows(fmt::format("SELECT id FROM t WHERE 50 + 50 IS DISTINCT FROM {0} OR 100 <> {0}", c)), "1\n") << c;
    EXPECT_EQ(rows(fmt::format("SELECT id FROM t WHERE NOT {0} IS NOT DISTINCT FROM 100 OR {0} < 0", c)), "1\n") << c;
    EXPECT_EQ(rows(fmt::format("SELECT {0} IS DISTINCT FROM 100, {0} IS NOT DISTINCT FROM 100, {0} IS DISTINCT FROM NULL, {0} IS NOT DISTINCT FROM "
                               "NULL::INTEGER FROM t ORDER BY id",
                               c)),
              "true|false|false|true\nfalse|true|true|false\n")
        << c;
  }
}

TEST_F(BatchSessionTest, ReturnsNamesTypesAndRows) {
  auto result = session_->execute("SELECT 1 AS a, 'x' AS b");
  ASSERT_TRUE(result.ok());
  ASSERT_EQ((*result)->columns().size(), 2u);
  EXPECT_EQ((*result)->columns()[1].name, "b");
  EXPECT_EQ((*result)->columns()[1].type, LogicalType::VARCHAR);
  EXPECT_EQ(rows("SELECT 1, 'x'"), "1|x\n");
}

TEST_F(BatchSessionTest, StreamsManyChunks) {
  auto result = session_->execute("SELECT * FROM range(1000000)");
  ASSERT_TRUE(result.ok());
  size_t count = 0, chunks = 0;
  for (;;) {
    auto chunk = (*result)->next();
    ASSERT_TRUE(chunk.ok());
    if (!*chunk) break;
    count += (*chunk)->size();
    chunks++;
  }
  EXPECT_EQ(count, 1000000u);
  EXPECT_GT(chunks, 100u);
}

TEST_F(BatchSessionTest, PathsOfTablesStandForThem) {
  TempFolder folder;
  HandmadeTable table(folder / "t");
  rows("COPY (SELECT 7 AS a, 'x' AS p) TO '" + table.path() + "/1.parquet' (FORMAT parquet)");
  table.commit(0, HandmadeTable::head(HandmadeTable::field("a", "integer")));
  EXPECT_EQ(rows("SELECT t.a FROM '" + table.path() + "'"), "");
  table.commit(1, table.add("1.parquet"));
  EXPECT_EQ(rows("SELECT t.a FROM '" + table.path() + "'"), "7\n");
  EXPECT_EQ(rows("SELECT count(*) FROM '" + table.path() + "' VERSION AS OF 0"), "0\n");
  EXPECT_EQ(rows("FROM '" + table.path() + "/1.parquet'"), "7|x\n");
  EXPECT_EQ(rows("SELECT column_name FROM (DESCRIBE '" + table.path() + "')"), "a\n");
  EXPECT_NE(rows("FROM '" + (folder / "none") + "'").find("not found"), std::string::npos);
  EXPECT_NE(rows("FROM '" + (folder / "none") + "'").find("there is no Delta table and no file at"), std::string::npos);
  EXPECT_EQ(failure("FROM '" + folder.path() + "'").kind(), ErrorKind::kNotFound);
  EXPECT_NE(rows("FROM '" + folder.path() + "'").find("is a folder, but no Delta table"), std::string::npos);
  EXPECT_EQ(rows("SELECT t.a FROM '" + table.path() + "//'"), "7\n") << "the table's name is that of its folder";
}

TEST_F(BatchSessionTest, StatementsWithoutRowsHaveNoColumns) {
  auto result = session_->execute("CREATE TABLE t(i INT)");
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_TRUE((*result)->columns().empty());
  EXPECT_EQ(rows("INSERT INTO t VALUES (1), (2)"), "2\n");
  EXPECT_EQ(rows("SELECT sum(i) FROM t"), "3\n");
}

TEST_F(BatchSessionTest, AnInterruptEndsTheStatementThatRuns) {
  auto result = session_->execute("SELECT * FROM range(1000000000000)");
  ASSERT_TRUE(result.ok());
  ASSERT_TRUE((*result)->next().ok());
  session_->interrupt();
  auto after = (*result)->next();
  ASSERT_FALSE(after.ok());
  EXPECT_EQ(after.error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(failure("SELECT 1").kind(), ErrorKind::kCancelled);
  session_->go_on();
  EXPECT_EQ(rows("SELECT 1"), "1\n");
}

TEST_F(BatchSessionTest, AnInterruptFromAnotherThreadEndsALongStatement) {
  std::thread other([&] { session_->interrupt(); });
  EXPECT_EQ(failure("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b").kind(), ErrorKind::kCancelled);
  other.join();
}

TEST_F(BatchSessionTest, CompletesTheLastWord) {
  rows("CREATE TEMP TABLE flights(carrier INT, dep_delay INT)");
  auto completed = [&](const std::string& text) {
    const Completion completion = session_->complete(text);
    return completion.names.empty() ? text : text.substr(0, completion.start) + completion.names.front();
  };
  EXPECT_EQ(completed("SELECT * FROM fli"), "SELECT * FROM flights");
  EXPECT_EQ(completed("SELECT dep_d"), "SELECT dep_delay");
  EXPECT_EQ(completed("SELECT * FROM "), "SELECT * FROM flights");
  EXPECT_EQ(completed("SELECT a FROM delta.`/lake/a b` WHE"), "SELECT a FROM delta.`/lake/a b` WHERE ");
  EXPECT_EQ(completed("SELECT 'fli"), "SELECT 'fli");
  EXPECT_EQ(completed("FROM flights f SELECT f."), "FROM flights f SELECT f.carrier");
  EXPECT_EQ(completed("FROM flights f SELECT f.d"), "FROM flights f SELECT f.dep_delay");
  EXPECT_EQ(completed("SELECT * FROM main.fl"), "SELECT * FROM main.flights");
  for (const std::string& name : session_->complete("SELECT ca").names) EXPECT_EQ(name.substr(0, 2), "ca");
}

TEST_F(BatchSessionTest, CompletesColumnsOfFilesAndTables) {
  TempFolder folder;
  rows("COPY (SELECT 1 AS tail_number, 2 AS \"two words\") TO '" + folder / "planes.parquet" + "'");
  HandmadeTable table(folder / "lake/flights");
  table.commit(0, HandmadeTable::head(HandmadeTable::field("carrier_code", "string")));
  auto first = [&](const std::string& text) {
    const Completion completion = session_->complete(text);
    return completion.names.empty() ? "nothing" : completion.names.front();
  };
  EXPECT_EQ(first("FROM '" + folder / "planes.parquet" + "' SELECT tail"), "tail_number");
  EXPECT_EQ(first("FROM '" + folder / "planes.parquet" + "' p SELECT p.tw"), "\"two words\"");
  EXPECT_EQ(first("SELECT * FROM delta.`" + folder / "lake/flights" + "` WHERE carr"), "carrier_code");
  EXPECT_EQ(first("SELECT * FROM delta_scan('" + folder / "lake/flights" + "') AS f WHERE f."), "carrier_code");
  rows("ATTACH '" + folder / "lake" + "' AS lake (TYPE deltastream)");
  EXPECT_EQ(first("SELECT * FROM lake."), "flights");
  EXPECT_EQ(first("SELECT * FROM lake.fl"), "flights");
  EXPECT_EQ(first("SELECT * FROM lake.flights f WHERE f.car"), "carrier_code");
}

TEST_F(BatchSessionTest, SyntaxErrorsShowThePlace) {
  auto result = session_->execute("SELECT 1,\n  FRM t WHERE");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_NE(result.error().message().find("line 2, column"), std::string::npos) << result.error().message();
  EXPECT_NE(result.error().message().find("^"), std::string::npos);
}

TEST_F(BatchSessionTest, PlacesAreThoseOfTheTextAsWritten) {
  // The backquoted name is longer after the rewrite; the error stands behind it.
  auto result = session_->execute("SELECT a AS `n\"ame`, nowhere FROM (SELECT 1 AS a)");
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message().find("line 1, column 22"), std::string::npos) << result.error().message();
}

TEST_F(BatchSessionTest, KindsOfErrors) {
  EXPECT_EQ(session_->execute("SELECT * FROM nothing_here").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(session_->execute("SELECT * FROM read_parquet('/no/such/file.parquet')").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(session_->execute("SELECT no_such_function(1)").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(session_->execute("SELECT 'x").error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(session_->execute("SELECT 1; SELECT 2").error().kind(), ErrorKind::kInvalidArgument);
  session_->execute("CREATE TABLE twice(i INT)").value();
  EXPECT_EQ(session_->execute("CREATE TABLE twice(i INT)").error().kind(), ErrorKind::kAlreadyExists);
}

TEST_F(BatchSessionTest, ErrorsWhileReadingArriveWithTheRows) {
  Error seen = failure("SELECT CASE WHEN i = 500000 THEN error('here') ELSE 'ok' END FROM range(1000000) t(i)");
  EXPECT_EQ(seen.kind(), ErrorKind::kInvalidArgument) << seen.to_string();
  EXPECT_NE(seen.message().find("here"), std::string::npos);
}

TEST_F(BatchSessionTest, SplitsAtSemicolonsOutsideOfTexts) {
  auto parts = session_->split("SELECT ';'; -- a; b\n SELECT $$;$$ ;; /* ; /* ; */ */ SELECT \";\"\n");
  ASSERT_TRUE(parts.ok());
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ((*parts)[0], "SELECT ';'");
  EXPECT_EQ((*parts)[1], "SELECT $$;$$ ");
  EXPECT_EQ((*parts)[2], "SELECT \";\"\n");
}

TEST_F(BatchSessionTest, TimeZonesAreThere) { EXPECT_EQ(rows("SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' = TIMESTAMPTZ '2020-01-01 01:00:00+01'"), "true\n"); }

TEST_F(BatchSessionTest, VariantsInTheirParts) {
  auto result = session_->execute("SELECT 1 AS \"a \"\"b\", [{'v': 5::VARIANT}, NULL] AS l, MAP {'k': NULL::VARIANT, 'j': 'x'::VARIANT} AS m, NULL::VARIANT AS n",
                                  VariantForm::kParts);
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ((*result)->columns()[0].name, "a \"b");
  EXPECT_EQ((*result)->columns()[1].type.ToString(), "STRUCT(v STRUCT(metadata BLOB, \"value\" BLOB))[]");
  auto rows = (*result)->next();
  ASSERT_TRUE(rows.ok()) << rows.error().to_string();
  EXPECT_EQ((*rows)->GetValue(1, 0).ToString(), "[{'v': {'metadata': \\x01\\x00\\x00, 'value': \\x14\\x05\\x00\\x00\\x00}}, NULL]");
  EXPECT_TRUE((*rows)->GetValue(3, 0).IsNull());
}

TEST(BatchGrants, FilesOutsideOfGrantedRootsAreRefused) {
  auto session = BatchSession::create(BatchOptions{{"/nowhere/granted"}});
  ASSERT_TRUE(session.ok()) << session.error().to_string();
  auto result = (*session)->execute("SELECT * FROM read_csv('/etc/passwd')");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kPermission) << result.error().to_string();
  EXPECT_FALSE((*session)->execute("SET enable_external_access = true").ok());
}

}  // namespace
}  // namespace deltastream::engine

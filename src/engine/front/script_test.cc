#include "engine/script.h"

#include <gtest/gtest.h>

namespace deltastream::engine {
namespace {

template <class T>
T only(std::string_view text) {
  auto statements = parse_script(text);
  EXPECT_TRUE(statements.ok()) << statements.error().to_string();
  if (!statements.ok()) return {};
  EXPECT_EQ(statements->size(), 1u);
  const T* body = std::get_if<T>(&statements->front().body);
  EXPECT_NE(body, nullptr) << "another kind of statement: " << text;
  return body ? *body : T{};
}

std::string error_of(std::string_view text) {
  auto statements = parse_script(text);
  EXPECT_FALSE(statements.ok()) << "accepted: " << text;
  return statements.ok() ? "" : statements.error().to_string();
}

TEST(Script, SetWithAndWithoutQuotes) {
  struct { const char* text; const char* key; const char* value; } cases[] = {
      {"SET 'pipeline.name' = 'it''s mine'", "pipeline.name", "it's mine"},
      {"set pipeline.name = mine;", "pipeline.name", "mine"},
      {"SET execution.checkpointing.interval=10 s ;", "execution.checkpointing.interval", "10 s"},
      {"SET 'table.exec.mini-batch.size' = 5000", "table.exec.mini-batch.size", "5000"},
      {"SET 'a' = ''", "a", ""},
      {"SET", "", ""},
  };
  for (const auto& c : cases) {
    auto set = only<SetStatement>(c.text);
    EXPECT_EQ(set.key, c.key) << c.text;
    EXPECT_EQ(set.value, c.value) << c.text;
  }
  EXPECT_EQ(only<ResetStatement>("RESET").key, "");
  EXPECT_EQ(only<ResetStatement>("RESET 'a.b'").key, "a.b");
  EXPECT_EQ(only<ResetStatement>("RESET a.b-c;").key, "a.b-c");
}

TEST(Script, EveryKindOfColumn) {
  auto create = only<CreateTableStatement>(R"(CREATE TEMPORARY TABLE IF NOT EXISTS `my orders` (
    id BIGINT NOT NULL COMMENT 'the key',     -- a remark, with a ' in it
    v DECIMAL(10, 2),
    /* two; words */
    cost AS v * CAST(f(v, ',') AS DECIMAL(4,1)) COMMENT 'computed',
    `partition` BIGINT METADATA VIRTUAL,
    ts TIMESTAMP(3) METADATA FROM 'timestamp',
    proc AS PROCTIME(),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,
    CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED
  ) COMMENT 'all of it' PARTITIONED BY (id) WITH ('connector' = 'kafka', 'topic' = 'a;b'))");
  const TableDefinition& table = create.table;
  EXPECT_TRUE(create.if_not_exists);
  EXPECT_TRUE(table.temporary);
  EXPECT_EQ(table.name, "my orders");
  EXPECT_EQ(table.comment, "all of it");
  ASSERT_EQ(table.columns.size(), 6u);
  EXPECT_FALSE(table.columns[0].nullable);
  EXPECT_EQ(table.columns[0].comment, "the key");
  EXPECT_EQ(table.columns[1].declared_type, "DECIMAL(10, 2)");
  EXPECT_EQ(table.columns[2].kind, ColumnKind::kComputed);
  EXPECT_EQ(table.columns[2].expression, "v * CAST(f(v, ',') AS DECIMAL(4,1))");
  EXPECT_EQ(table.columns[2].comment, "computed");
  EXPECT_EQ(table.columns[3].kind, ColumnKind::kMetadata);
  EXPECT_EQ(table.columns[3].metadata_key, "partition");
  EXPECT_TRUE(table.columns[3].metadata_virtual);
  EXPECT_EQ(table.columns[4].metadata_key, "timestamp");
  EXPECT_FALSE(table.columns[4].metadata_virtual);
  EXPECT_EQ(table.columns[4].position.line, 7u);
  EXPECT_EQ(table.columns[4].position.column, 5u);
  EXPECT_EQ(table.columns[5].expression, "PROCTIME()");
  ASSERT_TRUE(table.watermark.has_value());
  EXPECT_EQ(table.watermark->column, "ts");
  EXPECT_EQ(table.watermark->expression, "ts - INTERVAL '5' SECOND");
  EXPECT_EQ(table.primary_key, std::vector<std::string>{"id"});
  EXPECT_EQ(table.partitioned_by, std::vector<std::string>{"id"});
  ASSERT_NE(table.find_option("topic"), nullptr);
  EXPECT_EQ(table.find_option("topic")->value, "a;b");
  EXPECT_EQ(table.physical_fields().size(), 3u);
  EXPECT_NE(table.find_column("COST"), nullptr);
}

// What SHOW CREATE TABLE gives back declares the same table.
TEST(Script, CreateStatementsReadBack) {
  auto create = only<CreateTableStatement>("CREATE TABLE `a b` (id BIGINT NOT NULL COMMENT 'it''s', `value` ROW<x INT>, c AS id + 1 COMMENT 'd', "
                                           "m STRING METADATA FROM 'topic' VIRTUAL, ts TIMESTAMP(3), WATERMARK FOR ts AS ts, "
                                           "PRIMARY KEY (id, `value`) NOT ENFORCED) COMMENT 'all' PARTITIONED BY (id) WITH ('a' = 'b')");
  std::string text = create_statement(create.table);
  auto again = only<CreateTableStatement>(text);
  EXPECT_EQ(create_statement(again.table), text);
  EXPECT_EQ(again.table.name, "a b");
  ASSERT_EQ(again.table.columns.size(), 5u);
  EXPECT_EQ(again.table.columns[0].comment, "it's");
  EXPECT_FALSE(again.table.columns[0].nullable);
  EXPECT_EQ(again.table.columns[3].metadata_key, "topic");
  EXPECT_EQ(again.table.columns[4].declared_type, "TIMESTAMP(3)");
  EXPECT_EQ(again.table.primary_key.size(), 2u);
  auto view = only<CreateViewStatement>("CREATE VIEW v (`a b`) AS SELECT 1");
  EXPECT_EQ(create_statement(view.view), "CREATE VIEW v (`a b`) AS\nSELECT 1");
}

TEST(Script, InlinePrimaryKey) {
  auto create = only<CreateTableStatement>("CREATE TABLE t (id INT PRIMARY KEY NOT ENFORCED, v STRING) WITH ('connector' = 'print')");
  EXPECT_EQ(create.table.primary_key, std::vector<std::string>{"id"});
}

TEST(Script, QueriesStayAsWritten) {
  auto view = only<CreateViewStatement>("CREATE TEMPORARY VIEW IF NOT EXISTS v (a, `b c`) AS\n  SELECT x, ';' /* ; */ FROM t -- ;\n ;");
  EXPECT_EQ(view.view.query, "SELECT x, ';' /* ; */ FROM t");
  EXPECT_EQ(view.view.columns, (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(view.view.position.line, 2u);
  EXPECT_EQ(view.view.position.column, 3u);
  EXPECT_EQ(only<QueryStatement>("WITH q AS (SELECT 1) SELECT * FROM q").query.sql, "WITH q AS (SELECT 1) SELECT * FROM q");
  EXPECT_EQ(only<QueryStatement>("SELECT * FROM t /*+ OPTIONS('a'='b') */").query.sql, "SELECT * FROM t /*+ OPTIONS('a'='b') */");
}

TEST(Script, Inserts) {
  auto insert = only<InsertStatement>("INSERT INTO t (a, b) VALUES (1, 2), (3, 4)");
  EXPECT_EQ(insert.table, "t");
  EXPECT_EQ(insert.columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(insert.query.sql, "VALUES (1, 2), (3, 4)");
  EXPECT_EQ(insert.query.position.column, 22u);
  EXPECT_TRUE(only<InsertStatement>("INSERT OVERWRITE t SELECT 1").overwrite);
  EXPECT_TRUE(only<InsertStatement>("INSERT INTO t (SELECT 1)").columns.empty());
  EXPECT_EQ(only<InsertStatement>("EXECUTE INSERT INTO default_catalog.default_database.t WITH q AS (SELECT 1) SELECT * FROM q").table, "t");
}

TEST(Script, StatementSets) {
  for (const char* text : {"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT CASE WHEN x THEN 1 END FROM t; END;",
                           "EXECUTE STATEMENT SET\nBEGIN\nINSERT INTO a SELECT 1;\nINSERT INTO b SELECT 2;\nEND",
                           "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;"}) {
    auto set = only<StatementSet>(text);
    ASSERT_EQ(set.inserts.size(), 2u) << text;
    EXPECT_EQ(set.inserts[1].table, "b");
  }
}

TEST(Script, TheOthers) {
  EXPECT_EQ(only<ExplainStatement>("EXPLAIN PLAN FOR INSERT INTO a SELECT 1").inserts.size(), 1u);
  EXPECT_EQ(only<ExplainStatement>("EXPLAIN ESTIMATED_COST, CHANGELOG_MODE SELECT 1").query.sql, "SELECT 1");
  EXPECT_EQ(only<ExplainStatement>("EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 1; END").inserts.size(), 2u);
  EXPECT_EQ(only<ShowStatement>("SHOW TABLES").what, "tables");
  EXPECT_EQ(only<ShowStatement>("show create table `a b`").name, "a b");
  EXPECT_EQ(only<ShowStatement>("SHOW CREATE VIEW v").what, "create view");
  EXPECT_EQ(only<ShowStatement>("SHOW USER FUNCTIONS").what, "user functions");
  EXPECT_FALSE(only<ShowStatement>("SHOW VIEWS").pattern);
  EXPECT_TRUE(only<ShowStatement>("SHOW VIEWS NOT LIKE 'a%'").pattern->negated);
  EXPECT_TRUE(only<ShowStatement>("SHOW FUNCTIONS ILIKE 'a%'").pattern->ignores_case);
  EXPECT_EQ(only<DescribeStatement>("SHOW COLUMNS IN t LIKE 'a%'").columns->like, "a%");
  EXPECT_EQ(only<DescribeStatement>("DESCRIBE function").name, "function");
  EXPECT_EQ(only<DescribeStatement>("DESC t").name, "t");
  EXPECT_EQ(only<DescribeStatement>("DESCRIBE EXTENDED t").name, "t");
  EXPECT_EQ(only<DescribeStatement>("SHOW COLUMNS FROM t").name, "t");
  auto drop = only<DropStatement>("DROP TEMPORARY VIEW IF EXISTS v");
  EXPECT_EQ(drop.what, DropStatement::What::kView);
  EXPECT_TRUE(drop.if_exists);
  EXPECT_EQ(drop.name, "v");
}

TEST(Script, NamePatterns) {
  auto fits = [](const char* pattern, const char* name) { return NamePattern{pattern, false, false}.fits(name); };
  EXPECT_TRUE(fits("flights", "flights"));
  EXPECT_FALSE(fits("flights", "Flights"));
  EXPECT_TRUE(fits("f%s", "flights"));
  EXPECT_TRUE(fits("%", ""));
  EXPECT_TRUE(fits("%a%b", "xaxbxaxb"));
  EXPECT_FALSE(fits("%a%b", "xaxbx"));
  EXPECT_TRUE(fits("_rte", "örte"));
  EXPECT_FALSE(fits("_rte", "rte"));
  EXPECT_FALSE(fits("", "a"));
  EXPECT_TRUE((NamePattern{"F%", false, true}.fits("flights")));
  EXPECT_FALSE((NamePattern{"f%", true, false}.fits("flights")));
}

TEST(Script, StatementsKeepTextAndPlace) {
  auto statements = parse_script("\xEF\xBB\xBF;; SELECT 1 ;\n\n  SELECT 'ä', 2 -- end\n;;");
  ASSERT_TRUE(statements.ok());
  ASSERT_EQ(statements->size(), 2u);
  EXPECT_EQ((*statements)[0].position.column, 4u);
  EXPECT_EQ((*statements)[1].text, "SELECT 'ä', 2");
  EXPECT_EQ((*statements)[1].position.line, 3u);
  EXPECT_EQ((*statements)[1].position.column, 3u);
  EXPECT_TRUE(parse_script(" -- nothing").ok());
  EXPECT_TRUE(parse_script("").value().empty());
}

TEST(Script, ErrorsShowThePlace) {
  EXPECT_EQ(error_of("SELECT 1;\nINSERT INTO ä SELEC id FROM src;"),
            "invalid argument: expected a query (SELECT, WITH or VALUES), found 'SELEC' (did you mean SELECT?) at line 2, column 15:\n"
            "  INSERT INTO ä SELEC id FROM src;\n"
            "                ^");
  EXPECT_EQ(error_of("CREATE TABLE src (\n\tid INTEGR)"),
            "invalid argument: expected a type, found 'INTEGR' (did you mean INTEGER?) at line 2, column 5:\n  \tid INTEGR)\n  \t   ^");
}

TEST(Script, ErrorsSayWhatIsExpected) {
  struct { const char* text; std::vector<const char*> parts; } cases[] = {
      {"CRATE TABLE t (a INT)", {"did you mean CREATE?", "line 1, column 1"}},
      {"CREATE TABEL t (a INT)", {"TABLE or VIEW", "did you mean TABLE?"}},
      {"CREATE TABLE t (id INT WITH ('connector' = 'print'))", {"',' or ')' after 'id'", "found 'WITH'", "column 24"}},
      {"CREATE TABLE t (id INT) WIHT ('a' = 'b')", {"did you mean WITH?"}},
      {"CREATE TABLE t (id INT) WITH (a = 'b')", {"the key of an option in single quotes", "found 'a'"}},
      {"CREATE TABLE t (id INT) WITH ('a' = 'b', 'a' = 'c')", {"'a' stands twice"}},
      {"CREATE TABLE t", {"the columns of the table"}},
      {"CREATE TABLE t (id INT, PRIMARY KEY (id))", {"NOT ENFORCED"}},
      {"CREATE TABLE t (id INT, PRIMARY KEY (di) NOT ENFORCED)", {"no column 'di'", "did you mean 'id'?"}},
      {"CREATE TABLE t (id INT, ID STRING)", {"two columns 'ID'"}},
      {"CREATE TABLE t (id INT, WATERMARK FOR id AS id)", {"column 'id' of type INT", "TIMESTAMP"}},
      {"CREATE TABLE t (a INT, WATERMARK FOR ts AS ts)", {"no column 'ts'", "WATERMARK"}},
      {"CREATE TABLE t (a INT, b AS (a + 1)", {"')' that closes the columns"}},
      {"CREATE TABLE t (a INT, b AS , c INT)", {"an expression"}},
      {"CREATE TABLE t (\"a\" INT)", {"backticks"}},
      {"CREATE TABLE t (a INT) PARTITIONED BY (b)", {"no column 'b'", "PARTITIONED BY"}},
      {"SET a 'b'", {"'=' after", "column"}},
      {"INSERT t SELECT 1", {"INTO or OVERWRITE"}},
      {"INSERT INTO t", {"a query", "the end of the text"}},
      {"SELECT 'a", {"no closing quote", "column 8"}},
      {"SELECT `a", {"backtick"}},
      {"SELECT 1 /* a", {"no '*/'"}},
      {"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1", {"';' and END"}},
      {"EXECUTE STATEMENT SET BEGIN END", {"holds no INSERT"}},
      {"EXECUTE STATEMENT SET INSERT INTO a SELECT 1", {"expected BEGIN"}},
      {"DROP t", {"TABLE or VIEW"}},
      {"SHOW TABLS", {"did you mean TABLES?"}},
      {"SHOW TABLES TABLES", {"';' after the statement"}},
      {"SHOW TABLES LIKE t", {"the pattern of LIKE"}},
      {"SHOW TABLES NOT 't'", {"LIKE or ILIKE after NOT"}},
      {"\xFF", {"not UTF-8", "0xFF"}},
      {"SELECT '\xC3", {"not UTF-8", "column 9"}},
  };
  for (const auto& c : cases) {
    std::string error = error_of(c.text);
    EXPECT_TRUE(error.starts_with("invalid argument: ")) << error;
    for (const char* part : c.parts) EXPECT_NE(error.find(part), std::string::npos) << c.text << "\nlacks " << part << " in\n" << error;
  }
  EXPECT_NE(error_of(std::string_view("SELECT 1\0 x", 11)).find("0x00"), std::string::npos);
}

TEST(Script, RefusesByNameWhatFlinkHasAndWeHaveNot) {
  struct { const char* text; const char* part; } cases[] = {
      {"USE CATALOG c", "the catalog 'c'"},
      {"USE d", "the database 'd'"},
      {"USE default_catalog.d", "the database 'default_catalog.d'"},
      {"SHOW TABLES FROM d", "the database 'd'"},
      {"DROP FUNCTION IF EXISTS f", "DROP FUNCTION"},
      {"DESCRIBE CATALOG c", "DESCRIBE CATALOG"},
      {"ALTER TABLE t ADD c INT", "the statement ALTER"},
      {"CREATE FUNCTION f AS 'x'", "CREATE FUNCTION"},
      {"CREATE MATERIALIZED TABLE t AS SELECT 1", "CREATE MATERIALIZED"},
      {"CREATE TABLE t WITH ('a' = 'b') AS SELECT 1", "AS SELECT"},
      {"CREATE TABLE c.d.t (a INT)", "catalogs and databases"},
      {"CREATE TABLE t (a MULTISET<INT>)", "MULTISET"},
      {"CREATE TABLE t (a TIMESTAMP(9))", "9 digits"},
      {"CREATE TABLE t (a TIMESTAMP(3) WITH TIME ZONE)", "TIMESTAMP_LTZ"},
      {"INSERT INTO t /*+ STATE_TTL('t' = '1d') */ SELECT 1", "STATE_TTL"},
      {"INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING", "ON CONFLICT"},
  };
  for (const auto& c : cases) {
    std::string error = error_of(c.text);
    EXPECT_TRUE(error.starts_with("unsupported: ")) << error;
    EXPECT_NE(error.find(c.part), std::string::npos) << error;
    EXPECT_NE(error.find("line 1, column"), std::string::npos) << error;
  }
}

TEST(Script, InsertsWithPartitionsAndHints) {
  auto script = parse_script("INSERT INTO t /*+ OPTIONS('k' = 'v;', 'l'='''') */ PARTITION (a = 'x', `b` = -1.5, c = NULL, d = DATE '2024-01-01') (v) SELECT 1");
  ASSERT_TRUE(script.ok()) << script.error().to_string();
  const auto& insert = std::get<InsertStatement>(script->front().body);
  ASSERT_EQ(insert.options.size(), 2u);
  EXPECT_EQ(insert.options[0].key + "=" + insert.options[0].value + " " + insert.options[1].value, "k=v; '");
  ASSERT_EQ(insert.partition.size(), 4u);
  EXPECT_EQ(insert.partition[0].value.ToString() + insert.partition[1].value.ToString() + insert.partition[3].value.ToString(), "x-1.52024-01-01");
  EXPECT_TRUE(insert.partition[2].value.IsNull());
  EXPECT_EQ(insert.columns, std::vector<std::string>{"v"});
  for (const char* text : {"INSERT INTO t PARTITION (a) SELECT 1", "INSERT INTO t PARTITION (a = b) SELECT 1", "INSERT INTO t PARTITION () SELECT 1",
                           "INSERT INTO t /*+ OPTIONS('a') */ SELECT 1", "INSERT INTO t /*+ OPTIONS */ SELECT 1"}) {
    EXPECT_TRUE(error_of(text).starts_with("invalid argument: ")) << error_of(text);
  }
}

TEST(Script, DeepNestingIsAnErrorNotACrash) {
  std::string deep;
  for (int i = 0; i < 100'000; i++) deep += "ARRAY<";
  EXPECT_NE(error_of("CREATE TABLE t (a " + deep).find("nested deeper"), std::string::npos);
  std::string suffix = "INT";
  for (int i = 0; i < 100'000; i++) suffix += " ARRAY";
  EXPECT_NE(error_of("CREATE TABLE t (a " + suffix + ")").find("nested deeper"), std::string::npos);
  EXPECT_TRUE(parse_script("SELECT " + std::string(100'000, '(')).ok()) << "queries are DuckDB's to parse";
}

TEST(Script, LongLinesAreCutAroundThePlace) {
  std::string error = error_of(std::string(5000, ' ') + "SELEC 1, '" + std::string(5000, 'x') + "'");
  EXPECT_LT(error.size(), 700u);
  EXPECT_NE(error.find("SELEC 1"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::engine

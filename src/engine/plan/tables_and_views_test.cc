#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

using Lines = std::vector<std::string>;

TEST(Views, OverViewsWithRenamedColumnsAndWith) {
  PlanRunner runner(R"(
CREATE TABLE src (id INT, k STRING) WITH ('connector' = 'x');
CREATE VIEW large AS SELECT id, k FROM src WHERE id >= 10;
CREATE TEMPORARY VIEW renamed (number, letter) AS SELECT id * 10, k FROM large;
CREATE TABLE result (number INT, letter STRING) WITH ('connector' = 'x');)");
  Rows rows;
  for (int i = 0; i < 20; i++) rows.push_back({Value::INTEGER(i), Value(i % 2 ? "y" : "x")});
  runner.rows("src", rows);
  EXPECT_EQ(runner.run("INSERT INTO result WITH x AS (SELECT number, letter FROM renamed WHERE letter = 'x') "
                       "SELECT number + 1, letter FROM (SELECT * FROM x WHERE number > 120) AS inner_rows"),
            (Lines{"141|x", "161|x", "181|x"}));
}

TEST(Tables, ComputedColumns) {
  PlanRunner runner(R"(
CREATE TABLE src (id INT, amount INT, rate INT, t STRING, total AS amount * rate, ts AS TO_TIMESTAMP(t), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'x');)");
  runner.rows("src", {{Value::INTEGER(1), Value::INTEGER(10), Value::INTEGER(3), Value("2024-03-01 10:00:00")},
                      {Value::INTEGER(2), Value::INTEGER(20), Value::INTEGER(4), Value("2024-03-01 10:00:30")},
                      {Value::INTEGER(3), Value::INTEGER(30), Value::INTEGER(5), Value("2024-03-01 10:01:00")}});
  EXPECT_EQ(runner.run("SELECT id, total FROM src WHERE total > 30"), (Lines{"2|80", "3|150"}));
  EXPECT_EQ(runner.run("SELECT window_start, SUM(total) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end"),
            (Lines{"2024-03-01 10:00:00|110", "2024-03-01 10:01:00|150"}));
}

TEST(Tables, MetadataColumns) {
  PlanRunner runner("CREATE TABLE src (id INT, file_name STRING METADATA FROM 'file.name' VIRTUAL, `file.size` BIGINT METADATA VIRTUAL) WITH ('connector' = 'x');");
  auto plan = runner.plan("SELECT id, file_name, `file.size` FROM src");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  ASSERT_EQ(plan->root->kind, NodeKind::kSource);
  EXPECT_TRUE(plan->root->columns[1].metadata);
  EXPECT_EQ(plan->root->columns[1].path, (Lines{"file.name"}));
  EXPECT_EQ(plan->root->columns[2].path, (Lines{"file.size"}));
}

TEST(Tables, NamesInBackticksAndOtherCase) {
  PlanRunner runner("CREATE TABLE `my source` (`Select` INT, `with blank` STRING, UPPER BOOLEAN) WITH ('connector' = 'x');"
                    "CREATE TABLE `Result` (`Select` INT, `order` STRING, UPPER BOOLEAN) WITH ('connector' = 'x');");
  runner.rows("my source", {{Value::INTEGER(1), Value("a"), Value::BOOLEAN(true)}});
  EXPECT_EQ(runner.run("INSERT INTO `Result` SELECT `Select` + 1, `with blank`, upper FROM `my source`"), (Lines{"2|a|true"}));
}

TEST(Values, AllScalarTypesAndNulls) {
  PlanRunner runner(
      "CREATE TABLE result (b BOOLEAN, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, n DECIMAL(10, 2), v VARCHAR(10), x BYTES, day_ DATE, "
      "ts TIMESTAMP(3)) WITH ('connector' = 'x');");
  auto plan = runner.plan(
      "INSERT INTO result VALUES (TRUE, -128, 32767, -2147483648, 9223372036854775807, 1.5, -2.25, 12345678.90, 'text', CAST('ab' AS BYTES), "
      "DATE '2024-02-29', TIMESTAMP '2024-02-29 23:59:59.999'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  EXPECT_EQ(runner.run(*plan), (Lines{"NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
                                      "true|-128|32767|-2147483648|9223372036854775807|1.5|-2.25|12345678.90|text|ab|2024-02-29|2024-02-29 23:59:59.999"}));
  std::string message = runner.error("INSERT INTO result (t) VALUES (300)");
  EXPECT_NE(message.find("'t'"), std::string::npos) << message;
  EXPECT_EQ(runner.run("INSERT INTO result (v, i) VALUES ('only', 1)"), (Lines{"NULL|NULL|NULL|1|NULL|NULL|NULL|NULL|only|NULL|NULL|NULL"}));
}

TEST(Unions, OfSeveralSourcesAndOneTwice) {
  PlanRunner runner("CREATE TABLE a (id INT, v STRING) WITH ('connector' = 'x'); CREATE TABLE b (id INT, v STRING) WITH ('connector' = 'x');");
  runner.rows("a", {{Value::INTEGER(1), Value("a")}, {Value::INTEGER(2), Value("a")}});
  runner.rows("b", {{Value::INTEGER(1), Value("b")}});
  auto plan = runner.plan("SELECT id, v FROM a UNION ALL SELECT id, v FROM b UNION ALL SELECT id + 1000, 'again' FROM a WHERE id > 1");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  EXPECT_EQ(plan->root->kind, NodeKind::kUnionAll);
  EXPECT_EQ(plan->root->children.size(), 3u);
  EXPECT_EQ(runner.run(*plan), (Lines{"1002|again", "1|a", "1|b", "2|a"}));
  EXPECT_EQ(runner.run("SELECT id FROM a UNION SELECT id FROM b"), (Lines{"1", "2"}));
}

TEST(Unnest, ArraysMapsAndRows) {
  PlanRunner runner("CREATE TABLE src (id INT, tags ARRAY<STRING>, attrs MAP<STRING, INT>, parts ARRAY<ROW<a INT, b STRING>>) WITH ('connector' = 'x');");
  LogicalType part = LogicalType::STRUCT({{"a", LogicalType::INTEGER}, {"b", LogicalType::VARCHAR}});
  LogicalType tags = LogicalType::LIST(LogicalType::VARCHAR), attrs = LogicalType::MAP(LogicalType::VARCHAR, LogicalType::INTEGER);
  auto row = [&](int id, Value t) { return Row{Value::INTEGER(id), std::move(t), Value(attrs), Value(LogicalType::LIST(part))}; };
  Rows rows = {row(1, Value::LIST({Value("a"), Value("b")})), row(2, Value::LIST(LogicalType::VARCHAR, {})), row(3, Value(tags)), row(4, Value::LIST({Value("c"), Value(LogicalType::VARCHAR)}))};
  rows[0][2] = Value::MAP(LogicalType::VARCHAR, LogicalType::INTEGER, {Value("x"), Value("y")}, {Value::INTEGER(1), Value::INTEGER(2)});
  rows[0][3] = Value::LIST({Value::STRUCT({{"a", Value::INTEGER(5)}, {"b", Value("five")}})});
  runner.rows("src", rows);
  EXPECT_EQ(runner.run("SELECT s.id, t.tag FROM src AS s CROSS JOIN UNNEST(s.tags) AS t (tag)"), (Lines{"1|a", "1|b", "4|NULL", "4|c"}));
  EXPECT_EQ(runner.run("SELECT s.id, t.tag FROM src AS s LEFT JOIN UNNEST(s.tags) AS t (tag) ON TRUE"), (Lines{"1|a", "1|b", "2|NULL", "3|NULL", "4|NULL", "4|c"}));
  EXPECT_EQ(runner.run("SELECT id, k, v FROM src CROSS JOIN UNNEST(attrs) AS t (k, v)"), (Lines{"1|x|1", "1|y|2"}));
  EXPECT_EQ(runner.run("SELECT id, x, y FROM src, UNNEST(parts) AS t (x, y)"), (Lines{"1|5|five"}));
  EXPECT_EQ(runner.run("SELECT id, UPPER(tag) FROM src CROSS JOIN UNNEST(tags) AS t (tag) WHERE tag <> 'b'"), (Lines{"1|A", "4|C"}));
}

TEST(Aggregates, OverBoundedInputNeedNoWindow) {
  PlanRunner runner("CREATE TABLE src (id INT, k INT) WITH ('connector' = 'x'); CREATE TABLE none (id INT) WITH ('connector' = 'x');");
  Rows rows;
  for (int i = 0; i < 300; i++) rows.push_back({Value::INTEGER(i), Value::INTEGER(i % 3)});
  runner.rows("src", rows);
  EXPECT_EQ(runner.run("SELECT k, COUNT(*), SUM(id) FROM src GROUP BY k HAVING SUM(id) > 14850"), (Lines{"1|100|14950", "2|100|15050"}));
  EXPECT_EQ(runner.run("SELECT COUNT(*), SUM(id) FROM none"), (Lines{"0|NULL"}));
  EXPECT_EQ(runner.run("SELECT COUNT(*) FROM src"), (Lines{"300"}));
  EXPECT_EQ(runner.run("SELECT DISTINCT k FROM src"), (Lines{"0", "1", "2"}));
  EXPECT_EQ(runner.run("SELECT k, GROUPING(k), COUNT(*) FROM src GROUP BY ROLLUP (k)"), (Lines{"0|0|100", "1|0|100", "2|0|100", "NULL|1|300"}));
}

}  // namespace
}  // namespace deltastream::engine::plan

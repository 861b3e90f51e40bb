#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

PlanRunner runner() {
  PlanRunner made(
      "CREATE TABLE src (r ROW<a INT, b ROW<c INT, d STRING>>, l ARRAY<ROW<a INT, b STRING>>, m MAP<STRING, ROW<a INT, b STRING>>) WITH ('connector' = 'x');"
      "CREATE TABLE renamed (r ROW<b BIGINT, a ROW<d BIGINT, c STRING>>, l ARRAY<ROW<x BIGINT, y STRING>>, m MAP<STRING, ROW<b INT, a STRING>>) WITH ('connector' = 'x');"
      "CREATE TABLE shorter (r ROW<x INT>) WITH ('connector' = 'x');");
  using duckdb::child_list_t;
  Value cd = Value::STRUCT(child_list_t<Value>{{"c", Value::INTEGER(2)}, {"d", Value("two")}});
  Value ab = Value::STRUCT(child_list_t<Value>{{"a", Value::INTEGER(4)}, {"b", Value("four")}});
  Value row = Value::STRUCT(child_list_t<Value>{{"a", Value::INTEGER(1)}, {"b", cd}});
  made.rows("src", {{row, Value::LIST({ab, Value(ab.type())}), Value::MAP(LogicalType::VARCHAR, ab.type(), {Value("k")}, {ab})},
                    {Value(row.type()), Value::LIST(ab.type(), duckdb::vector<Value>{}), Value(LogicalType::MAP(LogicalType::VARCHAR, ab.type()))}});
  return made;
}

using Lines = std::vector<std::string>;

TEST(RowCasts, GoByPosition) {
  PlanRunner run = runner();
  for (size_t chunk : {1u, 2048u}) {
    EXPECT_EQ(run.run("SELECT CAST(r AS ROW<x BIGINT, y ROW<z INT, u STRING>>) FROM src", chunk), (Lines{"NULL", "{'x': 1, 'y': {'z': 2, 'u': two}}"}));
    EXPECT_EQ(run.run("SELECT CAST(r AS ROW<b INT, a ROW<d INT, c STRING>>) FROM src", chunk), (Lines{"NULL", "{'b': 1, 'a': {'d': 2, 'c': two}}"}));
    EXPECT_EQ(run.run("SELECT CAST(l AS ARRAY<ROW<x STRING, y STRING>>) FROM src", chunk), (Lines{"[]", "[{'x': 4, 'y': four}, NULL]"}));
    EXPECT_EQ(run.run("SELECT CAST(m AS MAP<STRING, ROW<b INT, a STRING>>) FROM src", chunk), (Lines{"NULL", "{k={'b': 4, 'a': four}}"}));
    EXPECT_EQ(run.run("SELECT TRY_CAST(r AS ROW<x INT, y ROW<z INT, u INT>>) FROM src", chunk), (Lines{"NULL", "{'x': 1, 'y': {'z': 2, 'u': NULL}}"}));
  }
  EXPECT_EQ(run.run("SELECT CAST(r AS ROW<x INT, y ROW<z INT, u STRING>>).y.u FROM src"), (Lines{"NULL", "two"}));
  EXPECT_EQ(run.run("SELECT CAST(ROW(1, 'a') AS ROW<x INT, y STRING>)"), (Lines{"{'x': 1, 'y': a}"}));
  EXPECT_EQ(run.run("SELECT CAST(NULL AS ROW<x INT, y STRING>)"), (Lines{"NULL"}));
}

TEST(RowCasts, IntoASinkTheSame) {
  PlanRunner run = runner();
  EXPECT_EQ(run.run("INSERT INTO renamed SELECT r, l, m FROM src"),
            (Lines{"NULL|[]|NULL", "{'b': 1, 'a': {'d': 2, 'c': two}}|[{'x': 4, 'y': four}, NULL]|{k={'b': 4, 'a': four}}"}));
  EXPECT_EQ(run.run("INSERT INTO renamed (r) VALUES (ROW(1, ROW(2, 'x'))), (NULL)"), (Lines{"NULL|NULL|NULL", "{'b': 1, 'a': {'d': 2, 'c': x}}|NULL|NULL"}));
}

TEST(RowCasts, AnotherNumberOfFieldsIsAnError) {
  PlanRunner run = runner();
  EXPECT_NE(run.error("SELECT CAST(r AS ROW<a INT>) FROM src").find("different size"), std::string::npos) << run.error("SELECT CAST(r AS ROW<a INT>) FROM src");
  EXPECT_NE(run.error("INSERT INTO shorter SELECT r FROM src").find("column 'r' of table 'shorter' is ROW<x INT>"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::engine::plan

#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kTables = R"(
CREATE TABLE src (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' MINUTE) WITH ('connector' = 'x');
CREATE TABLE unbounded_src (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' MINUTE) WITH ('connector' = 'x');
CREATE TABLE timeless (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'x');
CREATE TABLE unbounded_timeless (k STRING, v INT, ts TIMESTAMP(3)) WITH ('connector' = 'x');
CREATE TABLE names (k STRING, name STRING) WITH ('connector' = 'x');
CREATE VIEW doubled AS SELECT k, v * 2 AS v, ts FROM unbounded_src;
)";

PlanRunner make_runner() {
  PlanRunner runner(kTables);
  Rows rows = {{Value("a"), Value::INTEGER(1), Value("2024-01-01 00:00:03")},
               {Value("b"), Value::INTEGER(2), Value("2024-01-01 00:00:07")},
               {Value("a"), Value::INTEGER(4), Value("2024-01-01 00:00:12")}};
  runner.rows("src", rows);
  runner.rows("unbounded_src", rows);
  runner.rows("names", {{Value("a"), Value("ann")}, {Value("b"), Value("bob")}});
  return runner;
}

const PlanNode* find(const PlanNode& node, NodeKind kind) {
  if (node.kind == kind) return &node;
  for (const auto& child : node.children) {
    if (const PlanNode* found = find(*child, kind)) return found;
  }
  return nullptr;
}

TEST(Windows, TumbleByKey) {
  PlanRunner runner = make_runner();
  auto plan = runner.plan("SELECT window_start, window_end, k, COUNT(*), SUM(v) FROM TABLE(TUMBLE(TABLE unbounded_src, DESCRIPTOR(ts), "
                          "INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  EXPECT_EQ(runner.run(*plan), (Lines{"2024-01-01 00:00:00|2024-01-01 00:00:10|a|1|1", "2024-01-01 00:00:00|2024-01-01 00:00:10|b|1|2",
                                      "2024-01-01 00:00:10|2024-01-01 00:00:20|a|1|4"}));
  const PlanNode* source = find(*plan->root, NodeKind::kSource);
  ASSERT_NE(source->watermark, nullptr);
  EXPECT_EQ(source->watermark->types()[0], LogicalType::TIMESTAMP);
}

TEST(Windows, Hop) {
  PlanRunner runner = make_runner();
  auto plan = runner.plan("SELECT window_start, window_end, COUNT(*), SUM(v) FROM TABLE(HOP(TABLE unbounded_src, DESCRIPTOR(ts), INTERVAL '5' SECOND, "
                          "INTERVAL '10' SECOND)) GROUP BY window_start, window_end");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  EXPECT_EQ(find(*plan->root, NodeKind::kExpand), nullptr);
  EXPECT_EQ(runner.run(*plan), (Lines{"2023-12-31 23:59:55|2024-01-01 00:00:05|1|1", "2024-01-01 00:00:00|2024-01-01 00:00:10|2|3",
                                      "2024-01-01 00:00:05|2024-01-01 00:00:15|2|6", "2024-01-01 00:00:10|2024-01-01 00:00:20|1|4"}));
}

TEST(Windows, BoundsUnderOtherNames) {
  PlanRunner runner = make_runner();
  EXPECT_EQ(runner.run("SELECT window_start, n FROM (SELECT window_end AS window_start, window_start AS window_end, COUNT(*) AS n FROM TABLE(HOP(TABLE unbounded_src, "
                       "DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND)) GROUP BY window_start, window_end) AS w"),
            (Lines{"2024-01-01 00:00:05|1", "2024-01-01 00:00:10|2", "2024-01-01 00:00:15|2", "2024-01-01 00:00:20|1"}));
}

TEST(Windows, RowsOfWindowsWithoutAggregate) {
  PlanRunner runner = make_runner();
  std::string hop = "TABLE(HOP(TABLE unbounded_src, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))";
  EXPECT_EQ(runner.run("SELECT v, window_start FROM " + hop + " WHERE v < 3"),
            (Lines{"1|2023-12-31 23:59:55", "1|2024-01-01 00:00:00", "2|2024-01-01 00:00:00", "2|2024-01-01 00:00:05"}));
}

TEST(Windows, Cumulate) {
  PlanRunner runner = make_runner();
  EXPECT_EQ(runner.run("SELECT window_start, window_end, SUM(v) FROM TABLE(CUMULATE(TABLE unbounded_src, DESCRIPTOR(ts), INTERVAL '10' SECOND, "
                       "INTERVAL '30' SECOND)) GROUP BY window_start, window_end"),
            (Lines{"2024-01-01 00:00:00|2024-01-01 00:00:10|3", "2024-01-01 00:00:00|2024-01-01 00:00:20|7", "2024-01-01 00:00:00|2024-01-01 00:00:30|7"}));
}

TEST(Windows, InGroupBy) {
  PlanRunner runner = make_runner();
  EXPECT_EQ(runner.run("SELECT TUMBLE_START(ts, INTERVAL '10' SECOND), TUMBLE_END(ts, INTERVAL '10' SECOND), TUMBLE_ROWTIME(ts, INTERVAL '10' SECOND), k, "
                       "SUM(v) FROM unbounded_src GROUP BY TUMBLE(ts, INTERVAL '10' SECOND), k"),
            (Lines{"2024-01-01 00:00:00|2024-01-01 00:00:10|2024-01-01 00:00:09.999|a|1", "2024-01-01 00:00:00|2024-01-01 00:00:10|2024-01-01 00:00:09.999|b|2",
                   "2024-01-01 00:00:10|2024-01-01 00:00:20|2024-01-01 00:00:19.999|a|4"}));
  EXPECT_EQ(runner.run("SELECT HOP_END(s.ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND) AS e, COUNT(*) FROM unbounded_src AS s "
                       "GROUP BY HOP(s.ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND)"),
            (Lines{"2024-01-01 00:00:05|1", "2024-01-01 00:00:10|2", "2024-01-01 00:00:15|2", "2024-01-01 00:00:20|1"}));
  EXPECT_NE(runner.error("SELECT COUNT(*) FROM unbounded_src GROUP BY SESSION(ts, INTERVAL '1' MINUTE)").find("SESSION"), std::string::npos);
}

TEST(Windows, NamedArgumentsAndOffset) {
  PlanRunner runner = make_runner();
  EXPECT_EQ(runner.run("SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(DATA => TABLE unbounded_src, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '10' SECOND, "
                       "`OFFSET` => INTERVAL '2' SECOND)) GROUP BY window_start, window_end"),
            (Lines{"2024-01-01 00:00:02|2", "2024-01-01 00:00:12|1"}));
}

TEST(Windows, FiltersJoinsViewsAndColumnsOfTheWindowBetween) {
  PlanRunner runner = make_runner();
  std::string tumble = "TABLE(TUMBLE(TABLE doubled, DESCRIPTOR(ts), INTERVAL '10' SECOND))", hop = "TABLE(HOP(TABLE unbounded_src, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '10' SECOND))";
  EXPECT_EQ(runner.run("SELECT window_end, SUM(v) FROM " + tumble + " WHERE k = 'a' GROUP BY window_start, window_end"), (Lines{"2024-01-01 00:00:10|2", "2024-01-01 00:00:20|8"}));
  EXPECT_EQ(runner.run("SELECT w.window_start, n.name, SUM(w.v) FROM " + tumble + " AS w JOIN names AS n ON w.k = n.k GROUP BY w.window_start, w.window_end, n.name"),
            (Lines{"2024-01-01 00:00:00|ann|2", "2024-01-01 00:00:00|bob|4", "2024-01-01 00:00:10|ann|8"}));
  EXPECT_EQ(runner.run("SELECT w.window_start, w.window_end, n.name, SUM(w.v) FROM " + hop + " AS w JOIN names AS n ON w.k = n.k WHERE w.v < 4 GROUP BY w.window_start, w.window_end, n.name"),
            (Lines{"2023-12-31 23:59:55|2024-01-01 00:00:05|ann|1", "2024-01-01 00:00:00|2024-01-01 00:00:10|ann|1", "2024-01-01 00:00:00|2024-01-01 00:00:10|bob|2",
                   "2024-01-01 00:00:05|2024-01-01 00:00:15|bob|2"}));
  EXPECT_EQ(runner.run("SELECT window_start, COUNT(*) FROM " + hop + " WHERE window_start >= TIMESTAMP '2024-01-01 00:00:05' GROUP BY window_start, window_end"),
            (Lines{"2024-01-01 00:00:05|2", "2024-01-01 00:00:10|1"}));
  EXPECT_EQ(runner.run("SELECT window_end, MAX(s) FROM (SELECT window_start, window_end, k, SUM(v) AS s FROM " + tumble +
                       " GROUP BY window_start, window_end, k) AS sums GROUP BY window_start, window_end"),
            (Lines{"2024-01-01 00:00:10|4", "2024-01-01 00:00:20|8"}));
  EXPECT_EQ(runner.run("SELECT window_start, k, COUNT(*) FROM " + tumble + " GROUP BY window_start, window_end, ROLLUP (k)"),
            (Lines{"2024-01-01 00:00:00|NULL|2", "2024-01-01 00:00:00|a|1", "2024-01-01 00:00:00|b|1", "2024-01-01 00:00:10|NULL|1", "2024-01-01 00:00:10|a|1"}));
}

TEST(Windows, WindowsOfWindows) {
  PlanRunner runner = make_runner();
  EXPECT_EQ(runner.run("WITH small AS (SELECT window_time AS wt, SUM(v) AS s FROM TABLE(TUMBLE(TABLE unbounded_src, DESCRIPTOR(ts), INTERVAL '10' SECOND)) "
                       "GROUP BY window_start, window_end, window_time) "
                       "SELECT window_start, SUM(s) FROM TABLE(TUMBLE(TABLE small, DESCRIPTOR(wt), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end"),
            (Lines{"2024-01-01 00:00:00|7"}));
}

TEST(Windows, OfInstantsLieOnTheLocalClock) {
  PlanRunner runner("CREATE TABLE src (v INT, z TIMESTAMP_LTZ(3), WATERMARK FOR z AS z) WITH ('connector' = 'x');");
  ASSERT_TRUE(runner.planner().set_time_zone("Europe/Berlin").ok());
  runner.rows("src", {{Value::INTEGER(1), Value("2024-03-30 23:30:00+00")}, {Value::INTEGER(2), Value("2024-03-31 21:30:00+00")}, {Value::INTEGER(4), Value("2024-03-31 22:30:00+00")}});
  auto plan = runner.plan("SELECT window_start, window_end, window_time, SUM(v) FROM TABLE(TUMBLE(TABLE src, DESCRIPTOR(z), INTERVAL '1' DAY)) "
                          "GROUP BY window_start, window_end, window_time");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  EXPECT_EQ(plan->root->types[0], LogicalType::TIMESTAMP);
  EXPECT_EQ(plan->root->types[2], LogicalType::TIMESTAMP_TZ);
  EXPECT_EQ(runner.run(*plan), (Lines{"2024-03-31 00:00:00|2024-04-01 00:00:00|2024-03-31 21:59:59.999+00|3", "2024-04-01 00:00:00|2024-04-02 00:00:00|2024-04-01 21:59:59.999+00|4"}));

  // The watermark of 22:00 UTC is midnight in Berlin: the first day ends, not before.
  auto aggregator = std::move(find(*plan->root, NodeKind::kWindowAggregate)->aggregation->make_aggregator()).value();
  DataChunk rows;
  rows.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::TIMESTAMP, LogicalType::INTEGER});
  rows.SetValue(0, 0, Value("2024-03-31 01:00:00").DefaultCastAs(LogicalType::TIMESTAMP));
  rows.SetValue(1, 0, Value::INTEGER(1));
  rows.SetCardinality(1);
  ASSERT_TRUE(aggregator->add(rows).ok());
  size_t windows = 0;
  auto count = [&](DataChunk& chunk) -> Status {
    windows += chunk.size();
    return {};
  };
  int64_t midnight = 1711922400000000;
  ASSERT_TRUE(aggregator->advance(midnight - 1, count).ok());
  EXPECT_EQ(windows, 0u);
  ASSERT_TRUE(aggregator->advance(midnight, count).ok());
  EXPECT_EQ(windows, 1u);
}

TEST(Windows, BadTime) {
  PlanRunner runner = make_runner();
  std::string message = runner.error("SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE timeless, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end");
  EXPECT_NE(message.find("WATERMARK"), std::string::npos) << message;
  EXPECT_NE(message.find("timeless"), std::string::npos) << message;
  message = runner.error("SELECT k, COUNT(*) FROM unbounded_timeless GROUP BY k");
  EXPECT_NE(message.find("window"), std::string::npos) << message;
}

}  // namespace
}  // namespace deltastream::engine::plan

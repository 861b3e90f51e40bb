#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

constexpr const char* kTables = R"(
CREATE TABLE orders (id INT, customer STRING, price DECIMAL(10, 2), ts TIMESTAMP(3)) WITH ('connector' = 'x');
CREATE TABLE unbounded_orders (id INT, customer STRING) WITH ('connector' = 'x');
CREATE TABLE result (id INT) WITH ('connector' = 'x');
CREATE TABLE strict (id INT NOT NULL, v STRING) WITH ('connector' = 'x');
CREATE VIEW broken AS
SELECT id,
       custmer FROM orders;
)";

class PlanErrors : public ::testing::Test {
 protected:
  // The error has all of these in it.
  void expect(const std::string& statement, const std::vector<std::string>& parts) {
    std::string message = runner_.error(statement);
    for (const auto& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " is not in:\n" << message;
  }
  PlanRunner runner_{kTables};
};

TEST_F(PlanErrors, UnknownNamesWithTheNearestAndThePlace) {
  expect("INSERT INTO result\nSELECT id\nFROM ordres", {"not found", "'ordres'", "did you mean 'orders'", "line 3, column 6", "\n  FROM ordres\n       ^"});
  expect("INSERT INTO result SELECT costumer FROM orders", {"'costumer'", "'customer'", "line 1, column 27"});
  expect("INSERT INTO result SELECT o.costumer FROM orders AS o", {"costumer", "line 1, column 27"});
  expect("INSERT INTO result SELECT no_such_function(id) FROM orders", {"no_such_function", "line 1, column 27"});
  expect("INSERT INTO result SELECT uper(customer) FROM orders", {"'uper'", "did you mean 'upper'"});
  expect("INSERT INTO resutl SELECT id FROM orders", {"resutl", "result"});
  expect("INSERT INTO result (idd) SELECT id FROM orders", {"'idd'", "did you mean 'id'"});
}

TEST_F(PlanErrors, SyntaxPointsAtTheToken) {
  expect("SELECT id FRM orders", {"syntax error", "line 1, column 15", "^"});
  expect("SELECT id,\n  CAST(id AS INTEGR) FROM orders", {"INTEGR", "INTEGER", "line 2, column 14"});
  expect("SELECT ts - INTERVAL 'x' SECOND FROM orders", {"'x'", "line 1, column 22"});
  expect("SELECT ts - INTERVAL '1' PARSEC FROM orders", {"PARSEC"});
}

TEST_F(PlanErrors, InsideOfViewsTheViewIsShown) {
  expect("INSERT INTO result SELECT id FROM broken", {"'custmer'", "line 8, column 8", "custmer FROM orders"});
}

TEST_F(PlanErrors, TypesThatDoNotFitTheSink) {
  expect("INSERT INTO result SELECT id, customer FROM orders", {"'result'", "1 column", "gives 2"});
  expect("INSERT INTO result SELECT ARRAY[id] FROM orders", {"'id'", "INT", "ARRAY<INT>"});
  expect("INSERT INTO result SELECT customer FROM orders", {"'id'", "INT", "STRING", "CAST"});
  expect("INSERT INTO result SELECT CAST(id AS BIGINT) FROM orders", {"'id'", "BIGINT"});
  expect("INSERT INTO result SELECT price FROM orders", {"'id'", "DECIMAL(10, 2)"});
  expect("INSERT INTO strict (v) SELECT customer FROM orders", {"'id'", "NOT NULL"});
  expect("INSERT INTO strict (v, v) SELECT customer, customer FROM orders", {"'v'", "twice"});
}

TEST_F(PlanErrors, NullsInColumnsThatAreNotNull) {
  auto plan = runner_.plan("INSERT INTO strict SELECT id, customer FROM orders WHERE id > 0 OR id IS NULL");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  auto executor = std::move(plan->root->projection->make_executor()).value();
  DataChunk in, out;
  in.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::INTEGER, LogicalType::VARCHAR});
  in.SetValue(0, 0, Value::INTEGER(1));
  in.SetCardinality(1);
  EXPECT_TRUE(executor->execute(in, out).ok());
  in.SetValue(0, 0, Value(LogicalType::INTEGER));
  auto status = executor->execute(in, out);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_NE(status.error().message().find("'id' of table 'strict'"), std::string::npos) << status.error().message();
}

TEST_F(PlanErrors, WhatIsNotOfferedIsNamed) {
  expect("SELECT id FROM unbounded_orders ORDER BY id", {"unsupported: ORDER BY", "line 1, column 42"});
  expect("SELECT id FROM unbounded_orders LIMIT 3", {"unsupported: LIMIT"});
  expect("SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY id) FROM unbounded_orders", {"unsupported: OVER", "line 1, column 12"});
  expect("SELECT customer, COUNT(*) FROM unbounded_orders GROUP BY customer", {"unsupported", "window"});
  expect("SELECT id FROM unbounded_orders EXCEPT SELECT id FROM orders", {"unsupported: EXCEPT"});
  expect("SELECT * FROM read_csv('x.csv')", {"unsupported", "read_csv"});
  expect("SELECT * FROM 'x.csv'", {"'x.csv'"});
  expect("SELECT * FROM coalesce(1, 2)", {"invalid argument", "function"});
  expect("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r", {"unsupported: WITH RECURSIVE"});
  expect("SELECT * FROM orders FOR SYSTEM_TIME AS OF orders.ts", {"unsupported: FOR SYSTEM_TIME"});
  expect("SELECT id /*+ OPTIONS('a' = 'b') */ FROM orders", {"invalid argument: a hint of options", "line 1, column 8"});
  expect("SELECT 1 /*+ OPTIONS('a' = 'b') */ FROM orders", {"invalid argument: a hint of options"});
  expect("SELECT /*+ STATE_TTL('orders' = '1d') */ id FROM orders", {"unsupported: the hint STATE_TTL"});
  expect("SELECT id FROM orders /*+ LOOKUP('table'='x') */", {"unsupported: the hint LOOKUP"});
}

TEST_F(PlanErrors, WindowsThatAreNone) {
  std::string tail = ") GROUP BY window_start, window_end";
  expect("SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '0' SECOND)" + tail, {"longer than nothing"});
  expect("SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MONTH)" + tail, {"months"});
  expect("SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts))" + tail, {"lacks", "size"});
  expect("SELECT COUNT(*) FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '3' SECOND, INTERVAL '10' SECOND)" + tail, {"multiple"});
  expect("SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(customer), INTERVAL '1' SECOND)" + tail, {"TIMESTAMP"});
  expect("SELECT COUNT(*) FROM TABLE(SESSION(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' SECOND)" + tail, {"unsupported: SESSION"});
}

TEST_F(PlanErrors, TablesThatDoNotBind) {
  auto bind = [&](const std::string& text) {
    auto statements = parse_script(text);
    EXPECT_TRUE(statements.ok()) << statements.error().message();
    auto status = runner_.planner().bind_table(std::get<CreateTableStatement>(statements->at(0).body).table, text);
    return status.ok() ? "" : status.error().to_string();
  };
  EXPECT_EQ(bind("CREATE TABLE t (a INT, b AS a + 1) WITH ('connector' = 'x')"), "");
  std::string message = bind("CREATE TABLE t (a INT,\n  b AS aa + 1) WITH ('connector' = 'x')");
  EXPECT_NE(message.find("line 2, column 8"), std::string::npos) << message;
  message = bind("CREATE TABLE t (a INT, b AS a + 1, WATERMARK FOR b AS b - 1) WITH ('connector' = 'x')");
  EXPECT_NE(message.find("TIMESTAMP"), std::string::npos) << message;
}

TEST_F(PlanErrors, TimeZonesThatAreNone) {
  EXPECT_TRUE(runner_.planner().set_time_zone("Europe/Berlin").ok());
  auto status = runner_.planner().set_time_zone("Europe/Bielefeld");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find("Bielefeld"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::engine::plan

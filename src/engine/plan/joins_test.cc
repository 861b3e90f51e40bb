#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kTables = R"(
CREATE TABLE unbounded_orders (id INT, cust INT) WITH ('connector' = 'x');
CREATE TABLE unbounded_other (id INT) WITH ('connector' = 'x');
CREATE TABLE orders (id INT, cust INT) WITH ('connector' = 'x');
CREATE TABLE customers (id INT, name STRING, minimum INT) WITH ('connector' = 'x');
CREATE TABLE nobody (id INT, name STRING) WITH ('connector' = 'x');
)";

Value number(int n) { return n < 0 ? Value(LogicalType::INTEGER) : Value::INTEGER(n); }

PlanRunner make_runner() {
  PlanRunner runner(kTables);
  Rows orders;
  for (int i = 0; i < 6; i++) orders.push_back({number(i), number(i == 5 ? -1 : i % 4)});
  runner.rows("unbounded_orders", orders);
  runner.rows("orders", orders);
  runner.rows("customers", {{number(0), Value("zoe"), number(1)}, {number(1), Value("ann"), number(0)}, {number(2), Value("bob"), number(0)}, {number(2), Value("bea"), number(9)}});
  return runner;
}

void expect(const std::string& sql, const Lines& lines) {
  PlanRunner runner = make_runner();
  EXPECT_EQ(runner.run(sql), lines) << sql;
  EXPECT_EQ(runner.run(sql, 1), lines) << sql;
}

TEST(Joins, Inner) {
  expect("SELECT o.id, c.name FROM unbounded_orders AS o JOIN customers AS c ON o.cust = c.id", {"0|zoe", "1|ann", "2|bea", "2|bob", "4|zoe"});
  expect("SELECT o.id, c.name FROM customers AS c JOIN unbounded_orders AS o ON o.cust = c.id", {"0|zoe", "1|ann", "2|bea", "2|bob", "4|zoe"});
  expect("SELECT o.id, c.name FROM unbounded_orders AS o, customers AS c WHERE o.cust = c.id AND o.id > 1", {"2|bea", "2|bob", "4|zoe"});
}

TEST(Joins, InnerWithMoreThanEqualities) {
  expect("SELECT o.id, c.name FROM unbounded_orders AS o JOIN customers AS c ON o.cust = c.id AND o.id >= c.minimum", {"1|ann", "2|bob", "4|zoe"});
  expect("SELECT o.id, c.name FROM unbounded_orders AS o JOIN customers AS c ON o.id > c.minimum + 3", {"4|ann", "4|bob", "5|ann", "5|bob", "5|zoe"});
}

TEST(Joins, Left) {
  expect("SELECT o.id, c.name FROM unbounded_orders AS o LEFT JOIN customers AS c ON o.cust = c.id", {"0|zoe", "1|ann", "2|bea", "2|bob", "3|NULL", "4|zoe", "5|NULL"});
  expect("SELECT o.id, c.name FROM unbounded_orders AS o LEFT JOIN customers AS c ON o.cust = c.id AND o.id >= c.minimum",
         {"0|NULL", "1|ann", "2|bob", "3|NULL", "4|zoe", "5|NULL"});
  expect("SELECT o.id, c.name FROM customers AS c RIGHT JOIN unbounded_orders AS o ON o.cust = c.id AND o.id < 2", {"0|zoe", "1|ann", "2|NULL", "3|NULL", "4|NULL", "5|NULL"});
  expect("SELECT o.id, n.name FROM unbounded_orders AS o LEFT JOIN nobody AS n ON o.cust = n.id WHERE o.id < 2", {"0|NULL", "1|NULL"});
}

TEST(Joins, InAndExists) {
  expect("SELECT id FROM unbounded_orders WHERE cust IN (SELECT id FROM customers)", {"0", "1", "2", "4"});
  expect("SELECT id FROM unbounded_orders WHERE cust NOT IN (SELECT id FROM customers)", {"3"});
  expect("SELECT id FROM unbounded_orders WHERE cust IN (SELECT id FROM customers WHERE name = 'ann') OR id = 3", {"1", "3"});
}

TEST(Joins, BothBoundedAndChained) {
  expect("SELECT o.id, c.name, d.name FROM orders AS o JOIN customers AS c ON o.cust = c.id JOIN customers AS d ON d.id = c.id WHERE o.id < 3",
         {"0|zoe|zoe", "1|ann|ann", "2|bea|bea", "2|bea|bob", "2|bob|bea", "2|bob|bob"});
  expect("SELECT COUNT(*) FROM orders AS o CROSS JOIN customers AS c", {"24"});
}

TEST(Joins, NullKeys) {
  PlanRunner runner(kTables);
  runner.rows("unbounded_orders", {{number(0), number(-1)}, {number(1), number(1)}});
  runner.rows("customers", {{number(-1), Value("nobody"), number(0)}, {number(1), Value("ann"), number(0)}});
  EXPECT_EQ(runner.run("SELECT o.id, c.name FROM unbounded_orders AS o JOIN customers AS c ON o.cust = c.id"), (Lines{"1|ann"}));
  EXPECT_EQ(runner.run("SELECT o.id, c.name FROM unbounded_orders AS o JOIN customers AS c ON o.cust IS NOT DISTINCT FROM c.id"), (Lines{"0|nobody", "1|ann"}));
  EXPECT_EQ(runner.run("SELECT o.id FROM unbounded_orders AS o WHERE o.cust NOT IN (SELECT id FROM customers WHERE id IS NULL OR id = 7)"), (Lines{}));
  EXPECT_EQ(runner.run("SELECT o.id FROM unbounded_orders AS o WHERE o.cust NOT IN (SELECT id FROM customers WHERE id = 7)"), (Lines{"0", "1"}));
}

TEST(Joins, WhatNeedsStateIsRefused) {
  PlanRunner runner = make_runner();
  EXPECT_NE(runner.error("SELECT o.id FROM unbounded_orders AS o JOIN unbounded_other AS p ON o.id = p.id").find("unbounded streams"), std::string::npos);
  EXPECT_NE(runner.error("SELECT o.id FROM orders AS o LEFT JOIN unbounded_other AS p ON o.id = p.id").find("unsupported"), std::string::npos);
  EXPECT_NE(runner.error("SELECT o.id FROM unbounded_orders AS o FULL OUTER JOIN customers AS p ON o.id = p.id").find("FULL OUTER JOIN"), std::string::npos);
}

TEST(Joins, ManyMatchesCrossChunks) {
  PlanRunner runner(kTables);
  Rows orders, customers;
  for (int i = 0; i < 3; i++) orders.push_back({number(i), number(7)});
  for (int i = 0; i < 3000; i++) customers.push_back({number(7), Value("n" + std::to_string(i)), number(0)});
  runner.rows("unbounded_orders", orders);
  runner.rows("customers", customers);
  auto lines = runner.run("SELECT o.id, c.name FROM unbounded_orders AS o JOIN customers AS c ON o.cust = c.id");
  EXPECT_EQ(lines.size(), 9000u);
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), 9000u);
}

}  // namespace
}  // namespace deltastream::engine::plan

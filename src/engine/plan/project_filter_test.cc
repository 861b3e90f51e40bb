#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kTables = R"(
CREATE TABLE src (id INT, name STRING, who ROW<name STRING, home ROW<city STRING, zip INT>>) WITH ('connector' = 'x');
CREATE TABLE result (id BIGINT, label STRING) WITH ('connector' = 'x');
)";

PlanRunner make_runner() {
  PlanRunner runner(kTables);
  LogicalType home = LogicalType::STRUCT({{"city", LogicalType::VARCHAR}, {"zip", LogicalType::INTEGER}});
  LogicalType who = LogicalType::STRUCT({{"name", LogicalType::VARCHAR}, {"home", home}});
  Value ulm = Value::STRUCT({{"city", Value("Ulm")}, {"zip", Value::INTEGER(89073)}});
  runner.rows("src", {{Value::INTEGER(1), Value("ann"), Value::STRUCT({{"name", Value("ann")}, {"home", ulm}})},
                      {Value::INTEGER(2), Value("bob"), Value(who)},
                      {Value::INTEGER(3), Value(), Value::STRUCT({{"name", Value("cy")}, {"home", Value(home)}})}});
  return runner;
}

TEST(ProjectFilter, ColumnsOfTheSinkInItsTypes) {
  PlanRunner runner = make_runner();
  auto plan = runner.plan("INSERT INTO result SELECT id, COALESCE(UPPER(name), '?') FROM src WHERE id <> 2");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  EXPECT_EQ(plan->target, "result");
  EXPECT_EQ(plan->names, (Lines{"id", "label"}));
  EXPECT_EQ(plan->root->types[0], LogicalType::BIGINT);
  EXPECT_EQ(runner.run(*plan), (Lines{"1|ANN", "3|?"}));
  EXPECT_EQ(runner.run(*plan, 1), (Lines{"1|ANN", "3|?"}));
}

TEST(ProjectFilter, OnlyTheFieldsOfRowsThatAreRead) {
  PlanRunner runner = make_runner();
  auto plan = runner.plan("SELECT id, s.who.name, s.who.home.zip + 1 FROM src AS s");
  ASSERT_TRUE(plan.ok()) << plan.error().to_string();
  const PlanNode* source = plan->root.get();
  while (!source->children.empty()) source = source->children[0].get();
  ASSERT_EQ(source->columns.size(), 3u) << plan->to_string();
  EXPECT_EQ(source->columns[1].path, (Lines{"who", "name"}));
  EXPECT_EQ(source->columns[2].path, (Lines{"who", "home", "zip"}));
  EXPECT_EQ(source->columns[2].type, LogicalType::INTEGER);
  EXPECT_EQ(runner.run(*plan), (Lines{"1|ann|89074", "2|NULL|NULL", "3|cy|NULL"}));
}

}  // namespace
}  // namespace deltastream::engine::plan

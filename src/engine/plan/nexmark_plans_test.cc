// The queries of bench/nexmark, planned as they stand.
#include <filesystem>
#include <fstream>

#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

std::filesystem::path folder() { return std::filesystem::path(__FILE__).parent_path() / "../../../bench/nexmark"; }

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  for (std::string variable : {"${SOURCE}", "${SINK}"}) {
    for (size_t at; (at = text.find(variable)) != std::string::npos;) text.replace(at, variable.size(), "'connector' = 'x'");
  }
  return text;
}

StreamPlan plan_of(const std::string& name) {
  std::string text = text_of(folder() / (name + ".sql"));
  size_t insert = text.find("INSERT INTO");
  PlanRunner runner(text_of(folder() / "tables.sql") + text.substr(0, insert));
  auto plan = runner.plan(text.substr(insert));
  EXPECT_TRUE(plan.ok()) << plan.error().to_string();
  return plan.ok() ? std::move(plan).value() : StreamPlan{};
}

const PlanNode& source_of(const StreamPlan& plan) {
  const PlanNode* node = plan.root.get();
  while (!node->children.empty()) node = node->children[0].get();
  return *node;
}

TEST(NexmarkPlans, EveryQueryOfTheBenchIsPlanned) {
  size_t planned = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() != ".sql" || entry.path().stem() == "tables") continue;
    EXPECT_TRUE(plan_of(entry.path().stem()).root) << entry.path();
    planned++;
  }
  EXPECT_GE(planned, 7u);
}

TEST(NexmarkPlans, ReadOnlyWhatTheyUse) {
  StreamPlan plan = plan_of("q2");
  std::string columns;
  for (const SourceColumn& column : source_of(plan).columns) columns += column.path.back() + " ";
  EXPECT_EQ(columns, "event_type auction price ") << plan.to_string();
  EXPECT_EQ(source_of(plan).watermark, nullptr);
}

TEST(NexmarkPlans, TheWatermarkComesFromAllThreeTimes) {
  StreamPlan plan = plan_of("tumble");
  EXPECT_NE(source_of(plan).watermark, nullptr);
  EXPECT_NE(plan.to_string().find("TUMBLE 10000000 us"), std::string::npos) << plan.to_string();
}

TEST(NexmarkPlans, SimplePatternsNeedNoRegularExpression) {
  std::string text = plan_of("q21").to_string();
  EXPECT_NE(text.find("__literal_extract"), std::string::npos) << text;
  EXPECT_EQ(text.find("regexp"), std::string::npos) << text;
}

}  // namespace
}  // namespace deltastream::engine::plan

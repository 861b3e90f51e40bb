#include "engine/plan/literal_pattern.h"

#include <gtest/gtest.h>

#include "engine/plan/plan_runner.h"

namespace deltastream::engine::plan {
namespace {

TEST(LiteralPattern, TakesOnlyWhatItUnderstands) {
  EXPECT_TRUE(literal_pattern("(&|^)channel_id=([^&]*)", 2));
  EXPECT_TRUE(literal_pattern("(^|;)k=([^;]+)", 2));
  EXPECT_TRUE(literal_pattern("id=([^&]*)", 1));
  EXPECT_FALSE(literal_pattern("(&|^)channel_id=([^&]*)", 1));
  EXPECT_FALSE(literal_pattern("(&|^)channel_id=([^&]*)", 0));
  EXPECT_FALSE(literal_pattern("id=([^&]*)x", 1));
  EXPECT_FALSE(literal_pattern("i.=([^&]*)", 1));
  EXPECT_FALSE(literal_pattern("id=([^&a]*)", 1));
  EXPECT_FALSE(literal_pattern("id=([a-z]*)", 1));
  EXPECT_FALSE(literal_pattern("(a|b)id=([^&]*)", 2));
  EXPECT_FALSE(literal_pattern("([^&]*)", 1));
}

// Both ways give the same on texts made of the pattern's own pieces, in all orders up to six of them.
TEST(LiteralPattern, AgreesWithTheRegularExpression) {
  const std::vector<std::string> pieces = {"id=", "&", "x", "i", "^"};
  const std::vector<std::pair<std::string, int>> patterns = {{"(&|^)id=([^&]*)", 2}, {"id=([^&]*)", 1}, {"id=([^&]+)", 1}, {"(^|&)id=([^&]+)", 2}};
  PlanRunner runner("CREATE TABLE src (s STRING) WITH ('connector' = 'x');");
  Rows rows;
  std::vector<std::string> texts = {""};
  for (size_t begin = 0, length = 0; length < 5; length++) {
    size_t end = texts.size();
    for (size_t i = begin; i < end; i++) {
      for (const auto& piece : pieces) texts.push_back(texts[i] + piece);
    }
    begin = end;
  }
  for (const auto& text : texts) rows.push_back({Value(text)});
  runner.rows("src", rows);
  for (const auto& [regex, group] : patterns) {
    // (?:) changes nothing but that the pattern is not simple any more.
    auto call = [&, g = group](const std::string& r) { return "REGEXP_EXTRACT(s, '" + r + "', " + std::to_string(g) + ")"; };
    auto differing = runner.run("SELECT s FROM src WHERE " + call(regex) + " IS DISTINCT FROM " + call("(?:)" + regex));
    EXPECT_TRUE(differing.empty()) << regex << " differs on " << differing.size() << " texts, such as " << differing[0];
    EXPECT_FALSE(runner.run("SELECT s FROM src WHERE " + call(regex) + " = 'x'").empty());
  }
}

}  // namespace
}  // namespace deltastream::engine::plan

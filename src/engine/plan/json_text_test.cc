#include "engine/plan/json_text.h"

#include <string>

#include <gtest/gtest.h>

namespace deltastream::engine::plan {
namespace {

TEST(JsonText, KindsAreToldByTheFirstCharacter) {
  for (const char* text : {"1", "-0.5e+7", "\"abc\"", " true ", "false", "null", "\"\\u00e9\\n\"", "123456789012345678901234567890"}) {
    EXPECT_EQ(json_kind(text), JsonKind::kScalar) << text;
  }
  for (const char* text : {"[]", "[1, [2, {\"a\": []}], \"x\"]", "\n[ ]\t"}) EXPECT_EQ(json_kind(text), JsonKind::kArray) << text;
  for (const char* text : {"{}", "{\"a\": {\"b\": [1, {}]}, \"c\": null}", "{\"a\":1,\"a\":2}"}) EXPECT_EQ(json_kind(text), JsonKind::kObject) << text;
}

TEST(JsonText, WhatIsNoJson) {
  for (const char* text : {"", " ", "abc", "'a'", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\"}", "[1 2]", "{} {}", "[", "{\"a\":", "]", "[}", "01", "1.", ".5",
                           "1e", "+1", "NaN", "Infinity", "tru", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\", "\"a\nb\"", "/* c */ 1", "\"\xff\""}) {
    EXPECT_FALSE(json_kind(text)) << text;
  }
  EXPECT_FALSE(json_kind(std::string_view("1\0", 2)));
  EXPECT_FALSE(json_kind(std::string_view("\"\\\0\"", 4)));
}

TEST(JsonText, DeepNestingNeedsNoStack) {
  const std::string open(1'000'000, '['), close(1'000'000, ']');
  EXPECT_EQ(json_kind(open + close), JsonKind::kArray);
  EXPECT_FALSE(json_kind(open));
}

}  // namespace
}  // namespace deltastream::engine::plan

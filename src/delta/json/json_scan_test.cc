#include "delta/json/json_scan.h"

#include <gtest/gtest.h>

#include <random>

#include "delta/json/json_text.h"

namespace deltastream::delta {
namespace {

TEST(JsonScan, FindsMembersWhateverTheirLength) {
  std::mt19937 random(11);
  const std::string alphabet = "ab\"\\{}[]:,\n";
  auto text = [&](size_t longest) {
    std::string out;
    for (size_t left = random() % (longest + 1); left > 0; left--) out += alphabet[random() % alphabet.size()];
    return out;
  };
  for (int round = 0; round < 20'000; round++) {
    std::vector<std::pair<std::string, std::string>> members;
    std::string object = "{";
    for (size_t i = random() % 5; i < 5; i++) {
      members.emplace_back(text(20) + std::to_string(i), text(40));
      if (object.size() > 1) object += ',';
      append_json_string(object, members.back().first);
      object += ':';
      append_json_string(object, members.back().second);
    }
    object += '}';
    for (const auto& [key, value] : members) {
      auto raw = json_member(object, key);
      ASSERT_TRUE(raw) << object << " " << key;
      ASSERT_EQ(json_text(*raw), value) << object;
    }
    ASSERT_FALSE(json_member(object, "no such key"));
    // However it is cut off, nothing is read past its end.
    const std::string cut = object.substr(0, random() % object.size());
    size_t at = 0;
    ASSERT_FALSE(json_skip_value(cut, at)) << cut;
  }
}

TEST(JsonScan, KeysMayBeEscaped) {
  EXPECT_EQ(json_member(R"({"\u0061b":1})", "ab"), "1");
  EXPECT_EQ(json_member(R"({"a\\b":1})", "a\\b"), "1");
  EXPECT_EQ(json_member(R"({"a\tb":1})", "a\\tb"), std::nullopt) << "a tab is no backslash and a t";
  EXPECT_EQ(json_member(R"({"abc":1,"ab":2})", "ab"), "2");
  EXPECT_EQ(json_member("{\"" + std::string(40, 'k') + "\":3}", std::string(40, 'k')), "3");
}

}  // namespace
}  // namespace deltastream::delta

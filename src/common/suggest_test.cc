#include "common/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace deltastream {
namespace {

const std::vector<std::string> kOptions = {"connector", "path", "format", "source.monitor-interval", "topic"};

TEST(NearestName, FindsTheSlipOfTheFinger) {
  EXPECT_EQ(nearest_name("conector", kOptions), "connector");
  EXPECT_EQ(nearest_name("PAHT", kOptions), "path");
  EXPECT_EQ(nearest_name("source.monitor.interval", kOptions), "source.monitor-interval");
  EXPECT_EQ(nearest_name("tpic", kOptions), "topic");
}

TEST(NearestName, KeepsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("zzz", kOptions), "");
  EXPECT_EQ(nearest_name("", kOptions), "");
  EXPECT_EQ(nearest_name("x", std::vector<std::string>{"y"}), "");
  EXPECT_EQ(nearest_name("path", {}), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 'a'), kOptions), "");
}

}  // namespace
}  // namespace deltastream

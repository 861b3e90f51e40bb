#include "common/random.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace deltastream {
namespace {

TEST(Random, ASeedRepeatsTheRun) {
  auto a = seeded_random(7), b = seeded_random(7), c = seeded_random(8);
  std::string first = a->uuid();
  EXPECT_EQ(first, b->uuid());
  EXPECT_NE(first, c->uuid());
}

TEST(Random, UuidsAreOfVersionFourAndDiffer) {
  const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  for (int i = 0; i < 1000; i++) {
    std::string uuid = system_random().uuid();
    EXPECT_TRUE(std::regex_match(uuid, shape)) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second) << uuid;
  }
}

}  // namespace
}  // namespace deltastream

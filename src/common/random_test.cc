#include "common/random.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace deltastream {
namespace {

TEST(Random, ASeedRepeatsTheRun) {
  auto a = seeded_random(7), b = seeded_random(7), c = seeded_random(8);
  std::string first = a->uuid();
  EXPECT_EQ(first, b->uuid());
  EXPECT_NE(first, c->uuid());
}

// 8-4-4-4-12 hex digits, the version's digit 4, the variant's 8 to b.
bool is_uuid4(const std::string& text) {
  static const std::string kShape = "xxxxxxxx-xxxx-4xxx-vxxx-xxxxxxxxxxxx";
  if (text.size() != kShape.size()) return false;
  for (size_t i = 0; i < text.size(); i++) {
    std::string allowed = kShape[i] == 'x' ? "0123456789abcdef" : kShape[i] == 'v' ? "89ab" : std::string(1, kShape[i]);
    if (allowed.find(text[i]) == std::string::npos) return false;
  }
  return true;
}

TEST(Random, UuidsAreOfVersionFourAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; i++) {
    std::string uuid = system_random().uuid();
    EXPECT_TRUE(is_uuid4(uuid)) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second) << uuid;
  }
}

}  // namespace
}  // namespace deltastream

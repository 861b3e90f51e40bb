#include "common/clock.h"

#include <gtest/gtest.h>

namespace deltastream {
namespace {

TEST(ManualClock, StandsStillUntilTold) {
  ManualClock clock(5);
  EXPECT_EQ(clock.now_us(), 5);
  EXPECT_EQ(clock.now_us(), 5);
  clock.advance_us(10);
  EXPECT_EQ(clock.now_us(), 15);
  EXPECT_EQ(clock.steady_us(), 15);
}

TEST(SystemClock, IsInMicrosecondsAndNeverStepsBack) {
  EXPECT_GT(system_clock().now_us(), 1'600'000'000'000'000);
  EXPECT_LT(system_clock().now_us(), 10'000'000'000'000'000);
  int64_t before = system_clock().steady_us();
  for (int i = 0; i < 1000; i++) {
    int64_t now = system_clock().steady_us();
    ASSERT_GE(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace deltastream

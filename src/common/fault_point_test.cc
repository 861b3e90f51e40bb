#include "common/fault_point.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace deltastream {
namespace {

// Every case runs in its own child: the variable is read once a process.
void pass_times(const char* plan, int times) {
  if (plan) {
    setenv("DELTASTREAM_KILL_AT", plan, 1);
  } else {
    unsetenv("DELTASTREAM_KILL_AT");
  }
  for (int i = 0; i < times; i++) {
    fault_point("other");
    fault_point("here");
  }
  std::_Exit(0);
}

TEST(FaultPoint, DoesNothingWithoutAPlan) { EXPECT_EXIT(pass_times(nullptr, 10), testing::ExitedWithCode(0), ""); }

TEST(FaultPoint, KillsAtTheNthPassing) {
  EXPECT_EXIT(pass_times("here:3", 3), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(pass_times("here:3", 2), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(pass_times("nowhere:1", 5), testing::ExitedWithCode(0), "");
}

TEST(FaultPoint, RefusesAPlanThatWouldNeverStrike) {
  for (const char* plan : {"here", "here:", "here:0", "here:x", ":3"}) {
    EXPECT_EXIT(pass_times(plan, 1), testing::ExitedWithCode(2), "NAME:N") << plan;
  }
}

}  // namespace
}  // namespace deltastream

#include "storage/faulty.h"

#include <gtest/gtest.h>

#include <csignal>

#include "storage/stores.h"

namespace deltastream::storage {
namespace {

class Faulty : public testing::Test {
 protected:
  std::shared_ptr<ObjectStore> inner_ = make_memory_store();
  ManualClock clock_;
  FaultyStore store_{inner_, &clock_};
};

TEST_F(Faulty, StrikesOneOperationOnce) {
  store_.faults().set({.fault = Fault::kIoError, .at = 2, .operation = "put"});
  EXPECT_TRUE(store_.put("a", "1").ok());
  EXPECT_TRUE(store_.get("a").ok());
  EXPECT_EQ(store_.put("a", "2").error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(*inner_->get("a"), "1");
  EXPECT_TRUE(store_.put("a", "3").ok());
  EXPECT_EQ(store_.faults().calls(), 4u);
  EXPECT_EQ(store_.faults().calls("put"), 3u);
}

TEST_F(Faulty, GoesOnFailing) {
  store_.faults().set({.fault = Fault::kNoSpace, .at = 1, .from_then_on = true});
  EXPECT_EQ(store_.put("a", "1").error().kind(), ErrorKind::kResource);
  EXPECT_EQ(store_.get("a").error().kind(), ErrorKind::kResource);
  EXPECT_EQ(store_.list("").error().kind(), ErrorKind::kResource);
  EXPECT_EQ(store_.faults().struck(), 3u);
}

TEST_F(Faulty, ALostAnswerLeavesTheOutcomeOpen) {
  store_.faults().set({.fault = Fault::kAnswerLost, .at = 1, .from_then_on = true});
  EXPECT_EQ(store_.put_if_absent("a", "1").error().kind(), ErrorKind::kCommitStateUnknown);
  EXPECT_EQ(*inner_->get("a"), "1");
  EXPECT_EQ(store_.put_if_absent("a", "2").error().kind(), ErrorKind::kCommitStateUnknown) << "also when it lost the race";
  EXPECT_EQ(*inner_->get("a"), "1");
  EXPECT_EQ(store_.remove("a").error().kind(), ErrorKind::kUnavailable);
  EXPECT_FALSE(inner_->get("a").ok());
}

TEST_F(Faulty, StrikesWritersToo) {
  store_.faults().set({.fault = Fault::kShortWrite, .at = 1, .operation = "append"});
  auto writer = store_.open_writer("a");
  EXPECT_EQ((*writer)->append("12345678").error().kind(), ErrorKind::kResource);
  EXPECT_EQ((*writer)->finish()->size, 4u) << "half had been written";
  store_.faults().set({.fault = Fault::kAnswerLost, .at = 1, .operation = "finish"});
  auto other = store_.open_writer("b");
  EXPECT_EQ((*other)->finish().error().kind(), ErrorKind::kCommitStateUnknown);
  EXPECT_TRUE(inner_->get("b").ok());
}

TEST_F(Faulty, ADelayMovesTheInjectedClock) {
  store_.faults().set({.fault = Fault::kDelay, .at = 2, .delay_us = 60'000'000});
  EXPECT_TRUE(store_.put("a", "1").ok());
  EXPECT_EQ(clock_.now_us(), 0);
  EXPECT_TRUE(store_.put("a", "1").ok());
  EXPECT_EQ(clock_.now_us(), 60'000'000);
}

TEST_F(Faulty, AKillEndsTheProcess) {
  store_.faults().set({.fault = Fault::kKill, .at = 1, .operation = "put_if_absent"});
  EXPECT_TRUE(store_.put("a", "1").ok());
  EXPECT_EXIT((void)store_.put_if_absent("b", "1"), testing::KilledBySignal(SIGKILL), "");
}

TEST_F(Faulty, SaysWhereItStruck) {
  store_.faults().set({.fault = Fault::kIoError, .at = 1});
  std::string text = store_.get("some/path").error().to_string();
  EXPECT_NE(text.find("injected"), std::string::npos) << text;
  EXPECT_NE(text.find("some/path"), std::string::npos) << text;
}

}  // namespace
}  // namespace deltastream::storage

#include "stream/time/split_set.h"

#include <gtest/gtest.h>

#include <thread>

#include "stream/job_testing.h"

namespace deltastream::stream {
namespace {

using namespace testing;

class SplitSetTest : public ::testing::Test {
 protected:
  SplitSetTest() {
    SourceRequest request;
    request.batch_rows = 2;
    for (const char* name : {"key", "value"}) request.columns.push_back({{name}, LogicalType::BIGINT, false, true});
    request.columns.push_back({{"ts"}, LogicalType::TIMESTAMP, false, true});
    EXPECT_TRUE(source_.open(request).ok());
    const auto types = row_types();
    rows_.Initialize(duckdb::Allocator::DefaultAllocator(), duckdb::vector<LogicalType>(types.begin(), types.end()));
  }
  SplitSet make(bool event_time, int64_t idle_timeout_us = 0) {
    SplitSetOptions options;
    options.source_key = "out/0";
    options.table = "t";
    options.bounded = topic_->bounded;
    options.event_time = event_time;
    options.idle_timeout_us = idle_timeout_us;
    options.clock = &clock_;
    return SplitSet(source_, options);
  }
  // Reads one batch and tells its greatest timestamp; returns the timestamps.
  std::vector<int64_t> read(SplitSet& set) {
    auto batch = set.read(rows_);
    EXPECT_TRUE(batch.ok());
    std::vector<int64_t> times;
    for (const Row& row : rows_of(rows_)) times.push_back(row.ts_us);
    if (!*batch) times.clear();
    else if (!times.empty()) set.observe((*batch)->split, *std::max_element(times.begin(), times.end()));
    return times;
  }

  std::shared_ptr<Topic> topic_ = std::make_shared<Topic>();
  TopicSource source_{topic_};
  ManualClock clock_;
  DataChunk rows_;
};

using Times = std::vector<int64_t>;

TEST_F(SplitSetTest, TheSplitFurthestBehindIsReadNextAndHoldsTheWatermark) {
  topic_->splits = {{"a", {{0, 0, 10}, {0, 0, 20}, {0, 0, 30}}}, {"b", {{0, 0, 5}, {0, 0, 6}, {0, 0, 7}, {0, 0, 25}}}};
  SplitSet set = make(true);
  set.add({"a", ""}, nullptr);
  set.add({"b", ""}, nullptr);
  EXPECT_EQ(read(set), (Times{10, 20}));
  EXPECT_EQ(set.watermark().us, engine::kMinWatermark) << "b has not begun";
  EXPECT_EQ(read(set), (Times{5, 6}));
  EXPECT_EQ(set.watermark().us, 6);
  EXPECT_EQ(read(set), (Times{7, 25}));
  EXPECT_EQ(set.watermark().us, 20) << "b has ended";
  EXPECT_EQ(read(set), (Times{30}));
  EXPECT_TRUE(set.all_finished());
  EXPECT_EQ(set.watermark().us, engine::kMaxWatermark);
}

TEST_F(SplitSetTest, WithoutEventTimeBoundedSplitsAreReadOneAfterTheOther) {
  topic_->splits = {{"a", {{0, 0, 1}, {0, 0, 2}, {0, 0, 3}}}, {"b", {{0, 0, 4}}}};
  SplitSet set = make(false);
  set.add({"a", ""}, nullptr);
  set.add({"b", ""}, nullptr);
  EXPECT_EQ(read(set), (Times{1, 2}));
  EXPECT_EQ(read(set), (Times{3}));
  ASSERT_EQ(set.positions().size(), 1u) << "b was never opened";
  EXPECT_TRUE(set.positions()[0].finished);
  EXPECT_EQ(read(set), (Times{4}));
}

TEST_F(SplitSetTest, ASplitWithoutRowsForTheTimeoutHoldsNobodyBack) {
  topic_->bounded = false;
  topic_->splits = {{"a", {{0, 0, 100}}}, {"quiet", {}}};
  SplitSet set = make(true, 1'000);
  set.add({"a", ""}, nullptr);
  set.add({"quiet", ""}, nullptr);
  for (int i = 0; i < 2; i++) read(set);
  EXPECT_EQ(set.watermark().us, engine::kMinWatermark);
  clock_.advance_us(999);
  EXPECT_EQ(set.watermark().us, engine::kMinWatermark);
  topic_->append("a", {{0, 0, 200}});
  while (read(set) != Times{200}) std::this_thread::yield();  // a was asked for nothing a moment ago
  clock_.advance_us(1);
  EXPECT_EQ(set.watermark(), (Watermark{200, false}));
  clock_.advance_us(1'000);
  EXPECT_EQ(set.watermark(), (Watermark{200, true})) << "all are idle: it stands still";
  topic_->append("quiet", {{0, 0, 50}});
  while (read(set) != Times{50}) std::this_thread::yield();
  EXPECT_EQ(set.watermark(), (Watermark{200, false})) << "it never goes back";
}

TEST_F(SplitSetTest, GoesOnFromPositionsAndWatermarks) {
  topic_->splits = {{"a", {{0, 0, 10}, {0, 0, 20}, {0, 0, 30}}}};
  SplitSet first = make(true);
  first.add({"a", ""}, nullptr);
  read(first);
  const SplitState state = first.positions().at(0);
  EXPECT_EQ(state.position.offset, 2);
  EXPECT_EQ(state.watermark_us, 20);
  SplitSet second = make(true);
  second.add({"a", ""}, &state);
  EXPECT_EQ(second.watermark().us, 20);
  EXPECT_EQ(second.positions().at(0).position.offset, 2);
  EXPECT_EQ(read(second), (Times{30}));
}

TEST_F(SplitSetTest, ManySplitsAreReadThroughFewReaders) {
  const size_t count = 3 * SplitSet::kOpenSplits;
  SplitSet set = make(true);
  for (size_t i = 0; i < count; i++) {
    const std::string id = std::to_string(i);
    for (int64_t row = 0; row < 5; row++) topic_->splits[id].push_back({0, 0, row * 1'000 + static_cast<int64_t>(i)});
    set.add({id, ""}, nullptr);
  }
  std::multiset<int64_t> times;
  while (!set.all_finished()) {
    for (int64_t time : read(set)) times.insert(time);
  }
  EXPECT_EQ(times.size(), 5 * count);
  EXPECT_EQ(std::set<int64_t>(times.begin(), times.end()).size(), 5 * count) << "each row once";
}

TEST(InputWatermarks, TheLeastOfTheActiveInputs) {
  InputWatermarks inputs(3, engine::kMinWatermark);
  EXPECT_EQ(inputs.update(0, {10, false}).us, engine::kMinWatermark);
  EXPECT_EQ(inputs.update(1, {30, false}).us, engine::kMinWatermark);
  EXPECT_EQ(inputs.update(2, {engine::kMinWatermark, true}).us, 10) << "an idle input holds nobody back";
  EXPECT_EQ(inputs.update(0, {50, false}).us, 30);
  EXPECT_EQ(inputs.update(2, {20, false}).us, 30) << "it never goes back";
  inputs.update(2, {40, true});
  inputs.update(1, {30, true});
  EXPECT_EQ(inputs.update(0, {50, true}), (Watermark{50, true})) << "the last active one carried it on, then all stand still";
}

}  // namespace
}  // namespace deltastream::stream

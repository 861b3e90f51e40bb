// Jobs over bounded and unbounded input, without failures.

#include "stream/job.h"

#include <gtest/gtest.h>

#include <thread>

#include "stream/job_testing.h"

namespace deltastream::stream {
namespace {

using namespace testing;

constexpr int64_t kSecond = 1'000'000;

std::vector<Row> numbered(int64_t from, int64_t to) {
  std::vector<Row> rows;
  for (int64_t i = from; i < to; i++) rows.push_back({i % 7, i, i * kSecond});
  return rows;
}

class JobTest : public ::testing::Test {
 protected:
  JobOptions options() const {
    JobOptions options;
    options.pipeline = "test";
    options.state_folder = folder_ / "state";
    options.parallelism = 2;
    options.batch_rows = 5;
    options.checkpoint_interval_us = 3'600 * kSecond;
    options.fingerprint = "one";
    return options;
  }
  Result<JobEnd> run(std::vector<JobPart> parts, JobOptions with) {
    auto job = Job::create(std::move(parts), std::move(with));
    if (!job.ok()) return std::move(job).error();
    job_ = std::move(*job);
    return job_->run();
  }
  Result<JobEnd> run(JobPart one, JobOptions with) {
    std::vector<JobPart> parts;
    parts.push_back(std::move(one));
    return run(std::move(parts), std::move(with));
  }

  TempFolder folder_;
  std::unique_ptr<Job> job_;
};

TEST_F(JobTest, FiltersAndMapsBoundedInput) {
  auto topic = std::make_shared<Topic>();
  topic->splits = {{"a", numbered(0, 50)}, {"b", numbered(50, 83)}, {"c", {}}};
  auto table = std::make_shared<Table>();
  auto plan = map(filter(source("t"), [](const Row& row) { return row.value % 2 == 0; }), [](const Row& row) { return Row{row.key, row.value * 10, row.ts_us}; });
  auto end = run(part(std::move(plan), {{"t", topic}}, table), options());
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  EXPECT_EQ(*end, JobEnd::kFinished);
  std::vector<Row> expected;
  for (const Row& row : numbered(0, 83)) {
    if (row.value % 2 == 0) expected.push_back({row.key, row.value * 10, row.ts_us});
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(table->sorted(), expected);
  EXPECT_TRUE(table->final);
  EXPECT_EQ(table->offsets["t"]["a"], 50);
  EXPECT_EQ(table->offsets["t"]["b"], 33);
  EXPECT_EQ(topic->told["a"].offset, 50);
  const JobProgress progress = job_->progress();
  ASSERT_EQ(progress.sources.size(), 1u);
  EXPECT_EQ(progress.sources[0].rows, 83u);
  ASSERT_EQ(progress.sinks.size(), 1u);
  EXPECT_EQ(progress.sinks[0].rows, expected.size());
  EXPECT_EQ(progress.completed_epoch, 1);
}

std::map<std::pair<int64_t, int64_t>, int64_t> sums(const std::vector<Row>& rows, int64_t size_us) {
  std::map<std::pair<int64_t, int64_t>, int64_t> sums;
  for (const Row& row : rows) sums[{row.ts_us / size_us * size_us, row.key}] += row.value;
  return sums;
}

std::map<std::pair<int64_t, int64_t>, int64_t> as_sums(const std::vector<Row>& rows) {
  std::map<std::pair<int64_t, int64_t>, int64_t> sums;
  for (const Row& row : rows) {
    EXPECT_TRUE(sums.emplace(std::make_pair(row.ts_us, row.key), row.value).second) << "window " << row.ts_us << " key " << row.key << " twice";
  }
  return sums;
}

TEST_F(JobTest, WindowsAreTheSameInEveryParallelismAndBatch) {
  for (size_t parallelism : {1, 2, 3}) {
    for (size_t batch : {1, 7, 2048}) {
      for (bool keyed : {true, false}) {
        SCOPED_TRACE(::testing::Message() << parallelism << " tasks, batch " << batch << (keyed ? ", keyed" : ""));
        TempFolder state;
        auto topic = std::make_shared<Topic>();
        for (int64_t i = 0; i < 400; i++) topic->splits[std::to_string(i % 5)].push_back({i % 7, i, (i / 40) * 40 * kSecond + (i * 37 % 40) * kSecond});
        std::vector<Row> all;
        for (const auto& [id, rows] : topic->splits) all.insert(all.end(), rows.begin(), rows.end());
        auto table = std::make_shared<Table>();
        JobOptions with = options();
        with.parallelism = parallelism;
        with.batch_rows = batch;
        with.state_folder = state / "s";
        with.channel_capacity = 2;
        auto end = run(part(sum(source("t", 40 * kSecond), 60 * kSecond, keyed), {{"t", topic}}, table), with);
        ASSERT_TRUE(end.ok()) << end.error().to_string();
        EXPECT_EQ(as_sums(table->sorted()), sums(all, 60 * kSecond));
        EXPECT_EQ(job_->progress().late_rows, 0u);
        EXPECT_TRUE(table->offsets.empty()) << "rows of an aggregate have no source";
      }
    }
  }
}

TEST_F(JobTest, LateRowsAreDroppedAndCounted) {
  auto topic = std::make_shared<Topic>();
  const int64_t times[] = {5, 15, 9, 25, 8, 24};
  for (int64_t i = 0; i < 6; i++) topic->splits["a"].push_back({0, int64_t{1} << i, times[i] * kSecond});
  for (size_t parallelism : {1, 2, 3}) {
    auto table = std::make_shared<Table>();
    JobOptions with = options();
    with.state_folder = folder_ / std::to_string(parallelism);
    with.parallelism = parallelism;
    with.batch_rows = 1;
    auto end = run(part(sum(source("t", 10 * kSecond), 10 * kSecond), {{"t", topic}}, table), with);
    ASSERT_TRUE(end.ok()) << end.error().to_string();
    const std::map<std::pair<int64_t, int64_t>, int64_t> expected = {{{0, 0}, 5}, {{10 * kSecond, 0}, 2}, {{20 * kSecond, 0}, 40}};
    EXPECT_EQ(as_sums(table->sorted()), expected);
    EXPECT_EQ(job_->progress().late_rows, 1u);
  }
}

TEST_F(JobTest, UnionJoinAndValues) {
  auto left = std::make_shared<Topic>(), right = std::make_shared<Topic>(), keys = std::make_shared<Topic>();
  left->splits = {{"l", numbered(0, 30)}};
  right->splits = {{"r", numbered(100, 130)}};
  keys->splits = {{"k1", {{1, 0, 0}, {3, 0, 0}}}, {"k2", {{5, 0, 0}}}};
  auto table = std::make_shared<Table>();
  auto plan = union_all(semi_join(union_all(source("left"), source("right")), filter(source("keys"), [](const Row& row) { return row.key != 3; })),
                        values({{77, 1, 2}, {78, 3, 4}}));
  auto end = run(part(std::move(plan), {{"left", left}, {"right", right}, {"keys", keys}}, table), options());
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  std::vector<Row> expected = {{77, 1, 2}, {78, 3, 4}};
  for (const auto& rows : {numbered(0, 30), numbered(100, 130)}) {
    for (const Row& row : rows) {
      if (row.key == 1 || row.key == 5) expected.push_back(row);
    }
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(table->sorted(), expected);
  EXPECT_EQ(table->offsets["left"]["l"], 30);
  EXPECT_FALSE(table->offsets.contains("keys"));
  EXPECT_EQ(table->offsets.size(), 2u);
}

TEST_F(JobTest, OneTableAtTwoPlacesWithOtherColumns) {
  auto topic = std::make_shared<Topic>();
  topic->splits = {{"a", numbered(0, 40)}};
  auto table = std::make_shared<Table>();
  auto whole = source("t"), turned = source("t");
  std::rotate(turned->columns.begin(), turned->columns.begin() + 1, turned->columns.begin() + 2);  // value, key, ts
  auto end = run(part(union_all(std::move(whole), std::move(turned)), {{"t", topic}}, table), options());
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  std::vector<Row> expected;
  for (const Row& row : numbered(0, 40)) {
    expected.push_back(row);
    expected.push_back({row.value, row.key, row.ts_us});
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(table->sorted(), expected);
}

TEST_F(JobTest, WindowOverWindow) {
  auto topic = std::make_shared<Topic>();
  topic->splits = {{"a", numbered(0, 200)}, {"b", numbered(0, 200)}};
  auto table = std::make_shared<Table>();
  auto end = run(part(sum(sum(source("t", 0), 10 * kSecond), 60 * kSecond), {{"t", topic}}, table), options());
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  auto expected = sums(numbered(0, 200), 60 * kSecond);
  for (auto& [group, sum] : expected) sum *= 2;
  EXPECT_EQ(as_sums(table->sorted()), expected);
}

TEST_F(JobTest, AFinishedPipelineRunAgainAddsNothing) {
  auto topic = std::make_shared<Topic>();
  topic->splits = {{"a", numbered(0, 20)}};
  auto plain = std::make_shared<Table>(), windowed = std::make_shared<Table>();
  for (int i = 0; i < 3; i++) {
    JobOptions with = options();
    with.state_folder = folder_ / "plain";
    ASSERT_TRUE(run(part(source("t"), {{"t", topic}}, plain), with).ok());
    with.state_folder = folder_ / "windowed";
    auto end = run(part(sum(source("t", 0), kSecond), {{"t", topic}}, windowed), with);
    ASSERT_TRUE(end.ok() && *end == JobEnd::kFinished);
  }
  EXPECT_EQ(plain->sorted().size(), 20u);
  EXPECT_EQ(windowed->sorted().size(), 20u);
  // Without aggregates, what is new is read.
  topic->append("b", numbered(20, 25));
  JobOptions with = options();
  with.state_folder = folder_ / "plain";
  ASSERT_TRUE(run(part(source("t"), {{"t", topic}}, plain), with).ok());
  EXPECT_EQ(plain->sorted().size(), 25u);
  // With closed windows it is not, and that is said.
  CollectingLogger log;
  with.environment.logger = &log;
  with.state_folder = folder_ / "windowed";
  ASSERT_TRUE(run(part(sum(source("t", 0), kSecond), {{"t", topic}}, windowed), with).ok());
  EXPECT_EQ(windowed->sorted().size(), 20u);
  ASSERT_EQ(log.warnings().size(), 1u);
  EXPECT_NE(log.warnings()[0].find("'b' is not read"), std::string::npos) << log.warnings()[0];
}

TEST_F(JobTest, StopsAndGoesOnWithAnotherParallelism) {
  auto topic = std::make_shared<Topic>();
  topic->bounded = false;
  topic->splits = {{"a", numbered(0, 100)}, {"b", numbered(0, 100)}};
  auto rows = std::make_shared<Table>(), windows = std::make_shared<Table>();
  auto parts = [&] {
    std::vector<JobPart> two;
    two.push_back(part(source("t"), {{"t", topic}}, rows, "rows"));
    two.push_back(part(sum(source("t", 0), 30 * kSecond), {{"t", topic}}, windows, "windows"));
    return two;
  };
  size_t count = 200;
  for (size_t parallelism : {2, 1, 3}) {
    JobOptions with = options();
    with.parallelism = parallelism;
    with.checkpoint_interval_us = 1'000;
    auto job = Job::create(parts(), with);
    ASSERT_TRUE(job.ok());
    std::thread stopper([&] {
      rows->wait_for_rows(count);
      (*job)->request_stop();
    });
    auto end = (*job)->run();
    stopper.join();
    ASSERT_TRUE(end.ok()) << end.error().to_string();
    EXPECT_EQ(*end, JobEnd::kStopped);
    topic->append("a", numbered(100 * parallelism, 100 * parallelism + 50));
    count += 50;
  }
  EXPECT_FALSE(windows->final);
  topic->bounded = true;
  JobOptions with = options();
  auto end = run(parts(), with);
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  std::vector<Row> all;
  for (const auto& [id, more] : topic->splits) all.insert(all.end(), more.begin(), more.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(rows->sorted(), all);
  for (const Row& row : windows->sorted()) EXPECT_EQ(row.value, (sums(all, 30 * kSecond)[{row.ts_us, row.key}]));
}

TEST_F(JobTest, NewSplitsAreFound) {
  auto topic = std::make_shared<Topic>();
  topic->bounded = false;
  topic->discovery_interval_us = 500;
  auto table = std::make_shared<Table>();
  JobOptions with = options();
  with.checkpoint_interval_us = 1'000;
  std::vector<JobPart> parts;
  parts.push_back(part(source("t"), {{"t", topic}}, table));
  auto job = Job::create(std::move(parts), with);
  ASSERT_TRUE(job.ok());
  std::thread feeder([&] {
    for (int64_t i = 0; i < 6; i++) {
      topic->append("split " + std::to_string(i), numbered(i * 10, i * 10 + 10));
      table->wait_for_rows(static_cast<size_t>(i + 1) * 10);
    }
    (*job)->request_stop();
  });
  auto end = (*job)->run();
  feeder.join();
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  auto expected = numbered(0, 60);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(table->sorted(), expected);
}

TEST_F(JobTest, WithoutStateFolderEpochsGoOnFromTheSink) {
  auto topic = std::make_shared<Topic>();
  topic->splits = {{"a", numbered(0, 10)}};
  auto table = std::make_shared<Table>();
  JobOptions with = options();
  with.state_folder = "";
  for (int i = 0; i < 2; i++) ASSERT_TRUE(run(part(source("t"), {{"t", topic}}, table), with).ok());
  EXPECT_EQ(table->sorted().size(), 20u) << "each run is a run of its own";
}

}  // namespace
}  // namespace deltastream::stream

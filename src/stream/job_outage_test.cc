// What a job does when its surroundings fail for a while, and what it refuses at the start.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "stream/job_testing.h"

namespace deltastream::stream {
namespace {

using namespace testing;

constexpr int64_t kNever = 3'600'000'000;

std::vector<Row> numbered(int64_t from, int64_t to) {
  std::vector<Row> rows;
  for (int64_t i = from; i < to; i++) rows.push_back({i % 7, i, i});
  return rows;
}

class JobOutage : public ::testing::Test {
 protected:
  JobOutage() {
    options_.pipeline = "outage";
    options_.state_folder = folder_ / "state";
    options_.parallelism = 2;
    options_.batch_rows = 10;
    options_.checkpoint_interval_us = 1'000;
    options_.fingerprint = "one";
    options_.environment.logger = &log_;
    topic_->splits = {{"a", numbered(0, 100)}, {"b", numbered(100, 200)}};
  }
  std::unique_ptr<Job> make() {
    std::vector<JobPart> parts;
    parts.push_back(part(source("t"), {{"t", topic_}}, table_));
    auto job = Job::create(std::move(parts), options_);
    EXPECT_TRUE(job.ok());
    return std::move(*job);
  }
  Result<JobEnd> run() { return make()->run(); }
  std::vector<std::string> checkpoints() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(options_.state_folder)) {
      if (entry.path().filename().string().starts_with("checkpoint-")) names.push_back(entry.path().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  void expect_all_rows() {
    auto expected = numbered(0, 200);
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(table_->sorted(), expected);
  }
  // Runs until all rows are there, then stops.
  Result<JobEnd> run_until_all_rows(Job& job) {
    std::thread stopper([&] {
      table_->wait_for_rows(200);
      job.request_stop();
    });
    auto end = job.run();
    stopper.join();
    return end;
  }

  TempFolder folder_;
  CollectingLogger log_;
  JobOptions options_;
  std::shared_ptr<Topic> topic_ = std::make_shared<Topic>();
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

TEST_F(JobOutage, ACommitThatFailsForAWhileIsRepeated) {
  for (ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kResource, ErrorKind::kCommitStateUnknown}) {
    for (bool after : {false, true}) {
      topic_->bounded = false;
      table_ = std::make_shared<Table>();
      options_.state_folder = folder_ / (std::to_string(static_cast<int>(kind)) + (after ? "after" : "before"));
      int left = 3;
      auto away = [&](const CommitRequest&) { return left-- > 0 ? Status(Error(kind, "the store is away")) : Status(); };
      const size_t warned = log_.warnings().size();
      auto job = make();
      if (after) table_->after_commit = away;
      else table_->before_commit = away;
      std::thread stopper([&] {
        table_->wait_for_rows(200);
        while (job->progress().completed_epoch < table_->newest_epoch()) std::this_thread::yield();
        job->request_stop();
      });
      auto end = job->run();
      stopper.join();
      ASSERT_TRUE(end.ok()) << end.error().to_string();
      EXPECT_EQ(*end, JobEnd::kStopped);
      expect_all_rows();
      ASSERT_EQ(log_.warnings().size(), warned + 1) << "said once";
      EXPECT_NE(log_.warnings().back().find("the store is away"), std::string::npos);
    }
  }
}

TEST_F(JobOutage, BoundedInputGivesUpAfterAFewAttempts) {
  int calls = 0;
  table_->before_commit = [&](const CommitRequest&) { return calls++, Status(unavailable("the store is away")); };
  auto end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(calls, 5);
  table_->before_commit = [&](const CommitRequest&) { return Status(resource("the disk is full")); };
  calls = 0;
  end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().kind(), ErrorKind::kResource);
  table_->before_commit = nullptr;
  ASSERT_TRUE(run().ok());
  expect_all_rows();
}

TEST_F(JobOutage, ASourceThatIsAwayIsReadAgainFromTheLastCheckpoint) {
  topic_->bounded = false;
  std::atomic<int> left{5};
  topic_->on_read = [&](const std::string&, int64_t offset) { return offset >= 50 && left-- > 0 ? Status(unavailable("the broker is away")) : Status(); };
  auto job = make();
  auto end = run_until_all_rows(*job);
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  expect_all_rows();
  ASSERT_FALSE(log_.warnings().empty());
  EXPECT_NE(log_.warnings()[0].find("the broker is away"), std::string::npos);
  EXPECT_LE(log_.warnings().size(), 3u) << "one a stretch without progress";
}

TEST_F(JobOutage, AStopDuringAnOutageEndsTheJob) {
  topic_->bounded = false;
  ManualClock clock;  // the pause never ends by itself
  options_.environment.clock = &clock;
  auto job = make();
  std::atomic<int> calls{0};
  table_->before_commit = [&](const CommitRequest&) {
    if (calls++ == 0) job->request_stop();
    return Status(unavailable("the store is away"));
  };
  // Until the commit is tried: one tick alone could come before the job has begun to wait for it.
  std::atomic<bool> ended{false};
  std::thread ticker([&] {
    while (topic_->reads < 4 && !ended) std::this_thread::yield();
    while (calls == 0 && !ended) {
      clock.advance_us(1'000);
      std::this_thread::yield();
    }
  });
  auto end = job->run();
  ended = true;
  ticker.join();
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  EXPECT_EQ(*end, JobEnd::kStopped);
  EXPECT_EQ(calls, 1);
  options_.environment.clock = &system_clock();
  table_->before_commit = nullptr;
  topic_->bounded = true;
  ASSERT_TRUE(run().ok());
  expect_all_rows();
}

TEST_F(JobOutage, OtherErrorsEndTheJobAndNothingIsCommittedAfter) {
  topic_->bounded = false;
  options_.checkpoint_interval_us = kNever;
  topic_->on_read = [&](const std::string& split, int64_t offset) { return split == "b" && offset == 50 ? Status(corrupt("split b, offset 50")) : Status(); };
  auto end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(end.error().message(), "split b, offset 50");
  EXPECT_EQ(table_->calls, 0u);
  EXPECT_TRUE(checkpoints().empty());
}

TEST_F(JobOutage, ASecondJobOfTheSameStateIsRefused) {
  topic_->bounded = false;
  auto job = make();
  Result<JobEnd> first = internal("not run");
  std::thread runner([&] { first = job->run(); });
  table_->wait_for_rows(1);
  auto second = run();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), ErrorKind::kConflict);
  EXPECT_NE(second.error().message().find("'outage' is running already: process " + std::to_string(::getpid())), std::string::npos)
      << second.error().message();
  job->request_stop();
  runner.join();
  ASSERT_TRUE(first.ok()) << first.error().to_string();
  topic_->bounded = true;
  ASSERT_TRUE(run().ok()) << "the lock is gone with the job";
  expect_all_rows();
}

TEST_F(JobOutage, ChangedStatementsAreRefused) {
  options_.checkpoint_interval_us = kNever;
  ASSERT_TRUE(run().ok());
  options_.fingerprint = "two";
  auto end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().kind(), ErrorKind::kConflict);
  EXPECT_NE(end.error().message().find("pipeline 'outage' has changed: checkpoint 1 in"), std::string::npos) << end.error().message();
}

TEST_F(JobOutage, ASinkThatKnowsMoreThanTheStateFolderIsRefused) {
  options_.checkpoint_interval_us = kNever;
  ASSERT_TRUE(run().ok());
  std::filesystem::remove_all(options_.state_folder);
  auto end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().kind(), ErrorKind::kConflict);
  EXPECT_NE(end.error().to_string().find("holds checkpoint 1 of pipeline 'outage'"), std::string::npos) << end.error().to_string();
  EXPECT_NE(end.error().to_string().find("knows none"), std::string::npos) << end.error().to_string();
  expect_all_rows();
}

TEST_F(JobOutage, AHalfReadSplitThatIsGoneIsNamed) {
  topic_->bounded = false;
  auto job = make();
  ASSERT_TRUE(run_until_all_rows(*job).ok());
  topic_->splits.erase("b");
  auto end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(end.error().message().find("'b' was read up to 100"), std::string::npos) << end.error().message();
}

TEST_F(JobOutage, AFinishedSplitMayGoAndComeBack) {
  ASSERT_TRUE(run().ok());
  auto rows = topic_->splits["b"];
  topic_->splits.erase("b");
  ASSERT_TRUE(run().ok());
  topic_->splits["b"] = rows;
  ASSERT_TRUE(run().ok());
  expect_all_rows();
}

TEST_F(JobOutage, ADamagedCheckpointIsPassedOverForTheOneBefore) {
  options_.checkpoint_interval_us = kNever;
  // The second checkpoint has no rows, as when a process died before they were committed.
  ASSERT_TRUE(run().ok());
  ASSERT_TRUE(run().ok());
  ASSERT_EQ(checkpoints().size(), 2u);
  std::filesystem::resize_file(checkpoints()[1], std::filesystem::file_size(checkpoints()[1]) / 2);
  table_->epoch = 1;
  ASSERT_TRUE(run().ok());
  expect_all_rows();
  ASSERT_EQ(log_.warnings().size(), 1u);
  EXPECT_NE(log_.warnings()[0].find("checkpoint 2 is passed over: corrupt"), std::string::npos) << log_.warnings()[0];
  for (const std::string& path : checkpoints()) std::ofstream(path, std::ios::trunc) << "nonsense";
  auto end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(end.error().to_string().find(options_.state_folder), std::string::npos) << end.error().to_string();
}

TEST_F(JobOutage, OldCheckpointsAreRemoved) {
  options_.checkpoint_interval_us = kNever;
  options_.retained_checkpoints = 2;
  for (int i = 0; i < 5; i++) ASSERT_TRUE(run().ok());
  ASSERT_EQ(checkpoints().size(), 2u);
  EXPECT_TRUE(checkpoints()[1].ends_with("000000000005"));
}

TEST_F(JobOutage, TheFirstDiscoveryFailsAtOnce) {
  topic_->bounded = false;
  options_.state_folder = "/proc/no/such/folder";
  auto end = run();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(table_->calls, 0u);
}

}  // namespace
}  // namespace deltastream::stream

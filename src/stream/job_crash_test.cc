// A job that ends in the middle — at the n-th batch, row, commit or call to the file system, or by SIGKILL at a fault point — and
// is started again, with another parallelism, until it gets through. The tables must hold each row's effect exactly once.

#include <gtest/gtest.h>

#include <csignal>

#include "common/faulty_files.h"
#include "stream/job_testing.h"

namespace deltastream::stream {
namespace {

using namespace testing;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kRows = 600;

std::shared_ptr<Topic> make_topic() {
  auto topic = std::make_shared<Topic>();
  for (int64_t i = 0; i < kRows; i++) topic->splits[std::to_string(i % 4)].push_back({i % 11, i, i * kSecond});
  return topic;
}

// What outlives a crash.
struct World {
  std::shared_ptr<Topic> topic = make_topic();
  std::shared_ptr<Table> rows = std::make_shared<Table>(), windows = std::make_shared<Table>();
  TempFolder folder;
};

Result<JobEnd> run(World& world, size_t parallelism, Environment environment = {}) {
  std::vector<JobPart> parts;
  auto plan = filter(source("t"), [](const Row& row) { return row.value % 3 != 0; });
  parts.push_back(part(std::move(plan), {{"t", world.topic}}, world.rows, "rows"));
  parts.push_back(part(sum(source("t", 20 * kSecond), 30 * kSecond), {{"t", world.topic}}, world.windows, "windows"));
  JobOptions options;
  options.pipeline = "crashing";
  options.state_folder = world.folder / "state";
  options.parallelism = parallelism;
  options.batch_rows = 8;
  options.channel_capacity = 2;
  options.checkpoint_interval_us = 500;
  options.fingerprint = "one";
  options.environment = environment;
  auto job = Job::create(std::move(parts), options);
  if (!job.ok()) return std::move(job).error();
  return (*job)->run();
}

void expect_each_row_once(World& world, const std::string& where) {
  std::vector<Row> expected;
  std::map<std::pair<int64_t, int64_t>, int64_t> sums;
  for (int64_t i = 0; i < kRows; i++) {
    if (i % 3 != 0) expected.push_back({i % 11, i, i * kSecond});
    sums[{i / 30 * 30 * kSecond, i % 11}] += i;
  }
  std::vector<Row> expected_sums;
  for (const auto& [group, sum] : sums) expected_sums.push_back({group.second, sum, group.first});
  std::sort(expected.begin(), expected.end());
  std::sort(expected_sums.begin(), expected_sums.end());
  EXPECT_EQ(world.rows->sorted(), expected) << where;
  EXPECT_EQ(world.windows->sorted(), expected_sums) << where;
}

// Runs until the end, with another parallelism each time; returns how many runs failed.
int run_to_the_end(World& world) {
  for (int failed = 0;; failed++) {
    auto end = run(world, 1 + static_cast<size_t>(failed % 3));
    if (end.ok()) return failed;
    EXPECT_EQ(end.error().kind(), ErrorKind::kPermission) << end.error().to_string();
    if (failed > 50) ADD_FAILURE() << "it never gets through";
    if (::testing::Test::HasFailure()) return failed;
  }
}

// Each n-th event fails, a few times.
class Bomb {
 public:
  explicit Bomb(int64_t every) : every_(every) {}
  Status pass() {
    if (++passed_ % every_ != 0 || struck_ >= 5) return {};
    struck_++;
    return permission("the test says so");
  }
  int struck() const { return struck_; }

 private:
  const int64_t every_;
  std::atomic<int64_t> passed_{0};
  std::atomic<int> struck_{0};
};

TEST(JobCrash, AtABatchOfASource) {
  for (int64_t n : {1, 3, 10, 30, 60, 100}) {
    World world;
    Bomb bomb(n);
    world.topic->on_read = [&](const std::string&, int64_t) { return bomb.pass(); };
    EXPECT_GT(run_to_the_end(world), 0);
    EXPECT_GT(bomb.struck(), 0);
    expect_each_row_once(world, "each " + std::to_string(n));
    if (HasFailure()) return;
  }
}

TEST(JobCrash, AtAWriteOfASink) {
  for (int64_t n : {1, 10, 30, 60}) {
    World world;
    std::atomic<int64_t> left = n;
    world.rows->on_write = world.windows->on_write = [&](DataChunk&) { return --left == 0 ? Status(permission("the test says so")) : Status(); };
    EXPECT_EQ(run_to_the_end(world), 1);
    expect_each_row_once(world, "write " + std::to_string(n));
  }
}

TEST(JobCrash, BeforeAndAfterACommit) {
  for (bool after : {false, true}) {
    for (int64_t n : {1, 2, 3}) {
      World world;
      Bomb bomb(n);
      for (Table* table : {world.rows.get(), world.windows.get()}) {
        (after ? table->after_commit : table->before_commit) = [&](const CommitRequest&) { return bomb.pass(); };
      }
      EXPECT_GT(run_to_the_end(world) + (n == 3), 0);  // there may be two commits only
      expect_each_row_once(world, (after ? "after commit " : "before commit ") + std::to_string(n));
      if (HasFailure()) return;
    }
  }
}

TEST(JobCrash, AtEachCallToTheFileSystem) {
  for (Fault fault : {Fault::kNoSpace, Fault::kAnswerLost, Fault::kShortWrite}) {
    uint64_t struck = 0;
    for (uint64_t n = 1; n < 25; n++) {
      World world;
      CollectingLogger quiet;
      FaultyFiles files(system_files());
      files.faults().set({.fault = fault, .at = n});
      Environment environment;
      environment.files = &files;
      environment.logger = &quiet;
      auto first = run(world, 2, environment);
      if (files.faults().struck() > 0) struck++;
      if (first.ok()) {
        EXPECT_TRUE(world.rows->final) << "acknowledged, but not at its end";
      }
      auto second = run(world, 3);
      ASSERT_TRUE(second.ok()) << second.error().to_string();
      expect_each_row_once(world, "call " + std::to_string(n));
      if (HasFailure()) return;
    }
    EXPECT_GE(struck, 5u);
  }
}

// ---- SIGKILL ----

// A table in files, one an epoch, for processes that die.
class FileSink final : public Sink {
 public:
  explicit FileSink(std::string folder) : folder_(std::move(folder)) {}
  Status open(const std::vector<Field>&) override { return system_files().make_directories(folder_); }
  Result<std::unique_ptr<SinkWriter>> make_writer(size_t) override {
    return std::unique_ptr<SinkWriter>(std::make_unique<TableWriter>(uncommitted_));
  }
  Status commit(const CommitRequest& request) override {
    std::string text;
    for (const std::string& prepared : request.prepared) text += prepared;
    return write_file_durably(system_files(), folder_ + "/" + std::to_string(request.epoch), text);
  }
  Result<std::optional<int64_t>> committed_epoch(const std::string&, const std::string&) override {
    int64_t newest = 0;
    DS_ASSIGN_OR_RETURN(auto names, system_files().list_names(folder_));
    for (const auto& name : names) newest = std::max<int64_t>(newest, std::atoll(name.name.c_str()));
    return std::optional<int64_t>(newest);
  }
  // Everything committed.
  std::vector<Row> rows() const {
    std::vector<Row> rows;
    auto names = system_files().list_names(folder_);
    EXPECT_TRUE(names.ok());
    for (const auto& name : names.value()) {
      if (name.name.ends_with(".tmp")) continue;
      auto text = read_file(system_files(), folder_ + "/" + name.name);
      EXPECT_TRUE(text.ok());
      std::istringstream in(text.value());
      for (Row row; in >> row.key >> row.value >> row.ts_us;) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

 private:
  const std::string folder_;
  Table uncommitted_;
};

Result<JobEnd> run_in_files(const std::string& folder, size_t parallelism) {
  World world;  // only its topic, the same in each process
  std::vector<JobPart> parts;
  parts.push_back(part(source("t"), {{"t", world.topic}}, world.rows, "rows"));
  parts.push_back(part(sum(source("t", 20 * kSecond), 30 * kSecond), {{"t", world.topic}}, world.windows, "windows"));
  for (JobPart& one : parts) one.sink = std::make_shared<FileSink>(folder + "/" + one.sink_name);
  JobOptions options;
  options.pipeline = "killed";
  options.state_folder = folder + "/state";
  options.parallelism = parallelism;
  options.batch_rows = 8;
  options.checkpoint_interval_us = 500;
  auto job = Job::create(std::move(parts), options);
  if (!job.ok()) return std::move(job).error();
  return (*job)->run();
}

class JobKill : public ::testing::TestWithParam<const char*> {};

TEST_P(JobKill, EachRowOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // The child starts this test anew, in the parent's folder.
  TempFolder fresh;
  if (!std::getenv("DELTASTREAM_TEST_FOLDER")) ::setenv("DELTASTREAM_TEST_FOLDER", fresh.path().c_str(), 1);
  const std::string folder = std::getenv("DELTASTREAM_TEST_FOLDER");
  EXPECT_EXIT(
      {
        ::setenv("DELTASTREAM_KILL_AT", GetParam(), 1);
        auto end = run_in_files(folder, 2);
        std::fprintf(stderr, "%s\n", end.ok() ? "it was not killed" : end.error().to_string().c_str());
        std::_Exit(3);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  ::unsetenv("DELTASTREAM_TEST_FOLDER");
  auto end = run_in_files(folder, 3);
  ASSERT_TRUE(end.ok()) << end.error().to_string();
  std::vector<Row> expected, sums;
  std::map<std::pair<int64_t, int64_t>, int64_t> by_group;
  for (int64_t i = 0; i < kRows; i++) {
    expected.push_back({i % 11, i, i * kSecond});
    by_group[{i / 30 * 30 * kSecond, i % 11}] += i;
  }
  for (const auto& [group, sum] : by_group) sums.push_back({group.second, sum, group.first});
  std::sort(expected.begin(), expected.end());
  std::sort(sums.begin(), sums.end());
  EXPECT_EQ(FileSink(folder + "/rows").rows(), expected);
  EXPECT_EQ(FileSink(folder + "/windows").rows(), sums);
}

INSTANTIATE_TEST_SUITE_P(FaultPoints, JobKill,
                         ::testing::Values("source-batch:3", "source-batch:70", "before-checkpoint:1", "checkpoint-stored:1", "before-commit:1",
                                           "before-commit:2", "after-commit:1", "after-commit:2"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
                           return name;
                         });

}  // namespace
}  // namespace deltastream::stream

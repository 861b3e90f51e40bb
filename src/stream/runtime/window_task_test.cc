#include "stream/runtime/window_task.h"

#include <gtest/gtest.h>

#include <thread>

#include "stream/job_testing.h"
#include "stream/runtime/sink_operator.h"
#include "stream/runtime/window_operator.h"

namespace deltastream::stream {
namespace {

using namespace testing;

class WindowTaskTest : public ::testing::Test {
 protected:
  void make(size_t producers) {
    auto sink = std::make_unique<SinkOperator>("out", 0, std::make_unique<TableWriter>(*table_), rows_, metrics_);
    auto window = std::make_unique<WindowOperator>("out/0", 0, sum_, std::make_unique<SumAggregator>(100), late_, std::move(sink));
    task_ = std::make_unique<WindowTask>(std::make_unique<Inbox>(producers, 8), std::move(window), engine::kMinWatermark, control_);
  }
  void send_rows(size_t producer, const Row& row) {
    Message message;
    message.rows = std::make_unique<DataChunk>();
    const auto types = row_types();
    message.rows->Initialize(duckdb::Allocator::DefaultAllocator(), duckdb::vector<LogicalType>(types.begin(), types.end()));
    set_row(*message.rows, 0, row);
    message.rows->SetCardinality(1);
    ASSERT_TRUE(task_->inbox().push(producer, std::move(message)));
  }
  void send_watermark(size_t producer, int64_t us, bool idle = false) {
    Message message;
    message.kind = Message::Kind::kWatermark;
    message.watermark = {us, idle};
    ASSERT_TRUE(task_->inbox().push(producer, std::move(message)));
  }
  void send_barrier(size_t producer, int64_t epoch, bool last = false) {
    Message message;
    message.kind = Message::Kind::kBarrier;
    message.barrier = {epoch, last};
    ASSERT_TRUE(task_->inbox().push(producer, std::move(message)));
  }

  Wakeup wakeup_;
  Control control_{wakeup_};
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
  Sum sum_{100, true};
  std::atomic<uint64_t> rows_{0}, late_{0};
  TaskMetrics metrics_;
  std::unique_ptr<WindowTask> task_;
};

TEST_F(WindowTaskTest, WhatFollowsABarrierWaitsForTheOtherBarriers) {
  make(2);
  send_rows(0, {1, 10, 0});
  send_barrier(0, 1);
  send_rows(0, {1, 1'000, 0});  // of the next checkpoint
  send_barrier(0, 2, true);
  send_rows(1, {1, 5, 0});
  send_barrier(1, 1);
  send_barrier(1, 2, true);
  auto status = task_->run();
  ASSERT_TRUE(status.ok()) << status.error().to_string();
  auto snapshots = control_.take_snapshots();
  ASSERT_EQ(snapshots.size(), 2u);
  EXPECT_EQ(snapshots[0].operators.at(0).bytes, "0 1 15\n");
  EXPECT_EQ(snapshots[1].operators.at(0).bytes, "0 1 1015\n");
}

TEST_F(WindowTaskTest, WindowsCloseAtTheLeastWatermark) {
  make(2);
  send_rows(0, {1, 10, 50});
  send_watermark(0, 100);
  send_barrier(0, 1);
  send_watermark(1, 99);
  send_barrier(1, 1);
  send_watermark(1, 50, true);  // idle: the other one counts alone
  send_barrier(0, 2);
  send_barrier(1, 2);
  send_rows(0, {1, 7, 99});
  send_barrier(0, 3, true);
  send_barrier(1, 3, true);
  ASSERT_TRUE(task_->run().ok());
  auto snapshots = control_.take_snapshots();
  ASSERT_EQ(snapshots.size(), 3u);
  EXPECT_EQ(snapshots[0].prepared, "");
  EXPECT_EQ(snapshots[1].prepared, "1 10 0\n");
  EXPECT_EQ(snapshots[1].operators.at(0).watermark_us, 100);
  EXPECT_EQ(snapshots[2].prepared, "");
  EXPECT_EQ(late_, 1u);
}

TEST_F(WindowTaskTest, CancelEndsAWaitingTask) {
  make(1);
  std::thread runner([&] { EXPECT_TRUE(task_->run().ok()); });
  control_.fail(internal("first"));
  control_.fail(internal("second"));
  runner.join();
  EXPECT_EQ(control_.failure()->message(), "first");
}

}  // namespace
}  // namespace deltastream::stream

#pragma once
// What the threads of a graph count for the live view. Written by tasks, read by anybody.

#include <atomic>
#include <cstdint>
#include <deque>
#include <vector>

#include "engine/stream_plan.h"

namespace deltastream::stream {

struct TaskMetrics {
  std::atomic<int64_t> watermark_us{engine::kMinWatermark};  // at the end of the task's chain
  std::atomic<bool> idle{false};
};

struct GraphMetrics {
  struct Part {
    bool event_time = false;           // some source has a watermark
    std::deque<TaskMetrics> tasks;     // those that end in the sink
    std::deque<std::atomic<uint64_t>> late_rows;  // a window operator each
  };
  std::deque<Part> parts;
};

}  // namespace deltastream::stream

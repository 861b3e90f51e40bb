#pragma once
// A window aggregation as a link: rows in, windows out when the watermark passes their ends.

#include <atomic>
#include <string>

#include "engine/stream_plan.h"
#include "stream/runtime/operator.h"

namespace deltastream::stream {

class WindowOperator final : public Operator {
 public:
  WindowOperator(std::string key, size_t subtask, const engine::WindowAggregation& aggregation,
                 std::unique_ptr<engine::WindowAggregator> aggregator, std::atomic<uint64_t>& late_rows, std::unique_ptr<Operator> next);

  // Takes its share of the states of the old subtasks.
  Status restore(const std::vector<OperatorState>& old, size_t parallelism);
  int64_t watermark_us() const { return watermark_us_; }

  Status process(DataChunk& rows) override;
  Status advance(const Watermark& watermark) override;
  Status barrier(const Barrier& barrier, TaskSnapshot& snapshot) override;

 private:
  const std::string key_;
  const size_t subtask_;
  const bool event_time_;
  std::unique_ptr<engine::WindowAggregator> aggregator_;
  std::atomic<uint64_t>& late_rows_;
  int64_t watermark_us_ = engine::kMinWatermark;
  const std::function<Status(DataChunk&)> emit_;
};

}  // namespace deltastream::stream

#include "stream/runtime/window_operator.h"

#include <algorithm>

namespace deltastream::stream {

WindowOperator::WindowOperator(std::string key, size_t subtask, const engine::WindowAggregation& aggregation,
                               std::unique_ptr<engine::WindowAggregator> aggregator, std::atomic<uint64_t>& late_rows, std::unique_ptr<Operator> next)
    : Operator(std::move(next)),
      key_(std::move(key)),
      subtask_(subtask),
      event_time_(aggregation.event_time()),
      aggregator_(std::move(aggregator)),
      late_rows_(late_rows),
      emit_([this](DataChunk& rows) { return pass(rows); }) {}

Status WindowOperator::restore(const std::vector<OperatorState>& old, size_t parallelism) {
  std::vector<std::string> snapshots;
  for (const OperatorState& state : old) {
    if (state.key != key_) continue;
    snapshots.push_back(state.bytes);
    watermark_us_ = std::max(watermark_us_, state.watermark_us);
  }
  if (snapshots.empty()) return {};
  DS_RETURN_IF_ERROR(aggregator_->restore(snapshots, subtask_, parallelism));
  if (!event_time_ || watermark_us_ == engine::kMinWatermark) return {};
  // Nothing is due, since the old subtasks had emitted up to here; but rows behind it are late from now on.
  return aggregator_->advance(watermark_us_, emit_);
}

Status WindowOperator::process(DataChunk& rows) {
  DS_RETURN_IF_ERROR(aggregator_->add(rows));
  late_rows_.store(aggregator_->late_rows(), std::memory_order_relaxed);
  return {};
}

Status WindowOperator::advance(const Watermark& watermark) {
  if (watermark.us > watermark_us_) {
    watermark_us_ = watermark.us;
    // Without event time there is one window, which only the end of the input closes.
    if (event_time_ || watermark_us_ == engine::kMaxWatermark) DS_RETURN_IF_ERROR(aggregator_->advance(watermark_us_, emit_));
  }
  return Operator::advance({watermark_us_, watermark.idle});
}

Status WindowOperator::barrier(const Barrier& barrier, TaskSnapshot& snapshot) {
  auto bytes = aggregator_->snapshot();
  if (!bytes.ok()) return std::move(bytes).error();
  snapshot.operators.push_back({key_, subtask_, watermark_us_, std::move(*bytes)});
  return Operator::barrier(barrier, snapshot);
}

}  // namespace deltastream::stream

#pragma once
// The last link: hands the rows to a sink's writer, and prepares them at a barrier.

#include <atomic>
#include <string>

#include "stream/endpoint.h"
#include "stream/runtime/metrics.h"
#include "stream/runtime/operator.h"

namespace deltastream::stream {

class SinkOperator final : public Operator {
 public:
  SinkOperator(std::string name, size_t subtask, std::unique_ptr<SinkWriter> writer, std::atomic<uint64_t>& rows, TaskMetrics& metrics)
      : Operator(nullptr), name_(std::move(name)), subtask_(subtask), writer_(std::move(writer)), rows_(rows), metrics_(metrics) {}

  Status process(DataChunk& rows) override {
    const uint64_t count = rows.size();  // the writer may change the chunk
    DS_RETURN_IF_ERROR(writer_->write(rows).context("sink '" + name_ + "'"));
    rows_.fetch_add(count, std::memory_order_relaxed);
    return {};
  }
  Status advance(const Watermark& watermark) override {
    metrics_.watermark_us.store(watermark.us, std::memory_order_relaxed);
    metrics_.idle.store(watermark.idle, std::memory_order_relaxed);
    return {};
  }
  Status barrier(const Barrier& barrier, TaskSnapshot& snapshot) override {
    snapshot.sink = name_;
    snapshot.subtask = subtask_;
    auto prepared = writer_->prepare(barrier.epoch);
    if (!prepared.ok()) return std::move(prepared).context("sink '" + name_ + "'").error();
    snapshot.prepared = std::move(*prepared);
    return {};
  }
  Status flush() override { return {}; }

 private:
  const std::string name_;
  const size_t subtask_;
  std::unique_ptr<SinkWriter> writer_;
  std::atomic<uint64_t>& rows_;
  TaskMetrics& metrics_;
};

}  // namespace deltastream::stream

#pragma once
// The way into the subtasks of a window aggregation: rows go to the one that their keys belong to. Rows are gathered into
// chunks before they are sent; none is held back longer than a few milliseconds, and none is overtaken by a watermark or barrier.

#include <memory>
#include <vector>

#include "common/clock.h"
#include "engine/stream_plan.h"
#include "stream/runtime/inbox.h"
#include "stream/runtime/operator.h"

namespace deltastream::stream {

class ExchangeOperator final : public Operator {
 public:
  struct Target {
    Inbox* inbox = nullptr;
    size_t producer = 0;  // this task's queue there
  };
  // `hold_rows`: a chunk with fewer rows may wait for more although the watermark has moved.
  ExchangeOperator(const engine::WindowAggregation& aggregation, duckdb::vector<LogicalType> types, std::vector<Target> targets,
                   size_t hold_rows, const Clock& clock);

  Status process(DataChunk& rows) override;
  Status advance(const Watermark& watermark) override;
  Status barrier(const Barrier& barrier, TaskSnapshot& snapshot) override;
  Status flush() override;

 private:
  struct Output {
    Target target;
    std::unique_ptr<DataChunk> rows;  // being filled
    Watermark sent;
    std::vector<duckdb::sel_t> selection;
  };

  Status append(Output& output, DataChunk& rows, const duckdb::sel_t* selection, size_t count);
  Status send_rows(Output& output);
  Status send_watermark(Output& output);
  static Status push(Output& output, Message message);

  const engine::WindowAggregation& aggregation_;
  const duckdb::vector<LogicalType> types_;
  std::vector<Output> outputs_;
  const size_t hold_rows_;
  const Clock& clock_;
  Vector hashes_;
  Watermark watermark_;
  int64_t held_since_us_ = 0;  // 0: nothing is held
};

}  // namespace deltastream::stream

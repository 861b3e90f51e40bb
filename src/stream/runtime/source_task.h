#pragma once
// Reads the splits of one subtask of one source and drives the chain behind it. Sends barriers on when the coordinator asks.
// After the end of its input it stays, for the barriers to come.

#include <memory>
#include <mutex>
#include <vector>

#include "engine/stream_plan.h"
#include "stream/runtime/control.h"
#include "stream/runtime/operator.h"
#include "stream/runtime/task.h"
#include "stream/time/split_set.h"
#include "stream/time/watermark_column.h"

namespace deltastream::stream {

class SourceTask final : public Task {
 public:
  struct Columns {
    duckdb::vector<LogicalType> read;               // what the source delivers
    duckdb::vector<duckdb::column_t> chosen;        // of these, what the plan's node has; empty: all, as they stand
    duckdb::vector<LogicalType> node;
  };
  SourceTask(SplitSet splits, bool bounded, Columns columns, std::unique_ptr<WatermarkColumn> watermark, std::unique_ptr<Operator> chain,
             Control& control);

  // From any thread: one more split, read from its beginning. Follow with Control::announce().
  void assign(Split split);
  Status run() override;

 private:
  Status step();
  Status take_barrier(const Barrier& barrier);
  Status read_batch();
  Status send_watermark();
  Status wait_for_news(uint64_t seen, int64_t pause_us);
  void take_assigned();

  SplitSet splits_;
  const bool bounded_;
  const Columns columns_;
  std::unique_ptr<WatermarkColumn> watermark_column_;
  std::unique_ptr<Operator> chain_;
  Control& control_;
  DataChunk rows_, chosen_;
  Watermark sent_;
  int64_t epoch_ = 0;  // of the last barrier sent on
  bool ended_ = false, done_ = false;

  std::mutex mutex_;
  std::vector<Split> assigned_;
};

}  // namespace deltastream::stream

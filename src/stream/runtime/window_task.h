#pragma once
// One subtask of a window aggregation behind an exchange: takes rows, watermarks and barriers of all its producers. A producer
// whose barrier has come is not listened to until all others' have: what it sends meanwhile belongs to the next checkpoint.

#include <memory>

#include "stream/runtime/inbox.h"
#include "stream/runtime/operator.h"
#include "stream/runtime/task.h"

namespace deltastream::stream {

class WindowTask final : public Task {
 public:
  // `watermark_us`: where the restored state stands.
  WindowTask(std::unique_ptr<Inbox> inbox, std::unique_ptr<Operator> chain, int64_t watermark_us, Control& control);

  Inbox& inbox() { return *inbox_; }
  Status run() override;

 private:
  Status take(Inbox::Arrival& arrival);
  Status take_barrier(size_t producer, const Barrier& barrier);

  std::unique_ptr<Inbox> inbox_;
  std::unique_ptr<Operator> chain_;
  InputWatermarks watermarks_;
  Watermark sent_;
  Control& control_;
  size_t barriers_ = 0;  // of the checkpoint under way, that have come
  bool done_ = false;
};

}  // namespace deltastream::stream

#pragma once
// The bounded channels into one task: a queue a producer, all behind one lock. Rows, watermarks and barriers of a producer stay in order.
// push() is called by the producer's thread, pop() and block() by the task's. After cancel() nobody waits any more.
//
// Chunks go round: what the task has used comes back to the producer that made it, so that no memory is allocated per batch.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "common/chunk.h"
#include "stream/runtime/control.h"
#include "stream/time/input_watermarks.h"

namespace deltastream::stream {

struct Message {
  enum class Kind { kRows, kWatermark, kBarrier };
  Kind kind = Kind::kRows;
  std::unique_ptr<DataChunk> rows;
  Watermark watermark;
  Barrier barrier;
};

class Inbox final : public Cancellable {
 public:
  // `capacity`: messages a queue holds before its producer waits.
  Inbox(size_t producers, size_t capacity) : queues_(producers), capacity_(capacity > 0 ? capacity : 1) {}

  size_t producers() const { return queues_.size(); }
  // Waits while the queue is full. False: cancelled.
  bool push(size_t producer, Message message);
  // A used chunk to fill again, or null.
  std::unique_ptr<DataChunk> take_used(size_t producer);

  struct Arrival {
    size_t producer = 0;
    Message message;
  };
  enum class Wait { kNo, kYes };
  // The next message of a queue that is not blocked, queues in turn. nullopt: nothing there (kNo), or cancelled.
  std::optional<Arrival> pop(Wait wait);
  void give_back(size_t producer, std::unique_ptr<DataChunk> used);
  // A blocked queue fills up and then holds its producer.
  void block(size_t producer);
  void unblock_all();

  void cancel() override;

 private:
  struct Queue {
    std::deque<Message> messages;
    std::vector<std::unique_ptr<DataChunk>> used;
    std::condition_variable not_full;
    bool blocked = false;
  };

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Queue> queues_;
  const size_t capacity_;
  size_t next_ = 0;
  bool waiting_ = false;
  bool cancelled_ = false;
};

}  // namespace deltastream::stream

#pragma once
// What all threads of one running graph share: the first error, the barrier that is due, and the news for the coordinator.
// Thread-safe. Outlives every thread of the graph.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "common/result.h"
#include "stream/checkpoint/checkpoint.h"
#include "stream/runtime/wakeup.h"

namespace deltastream::stream {

// Separates the rows of one checkpoint from those of the next. After the last one a task ends.
struct Barrier {
  int64_t epoch = 0;
  bool last = false;
};

// Something that threads wait on and that must let go when the graph is cancelled.
class Cancellable {
 public:
  virtual ~Cancellable() = default;
  virtual void cancel() = 0;
};

class Control {
 public:
  explicit Control(Wakeup& coordinator) : coordinator_(coordinator) {}

  // The first error wins and cancels; later ones are dropped.
  void fail(Error error);
  void cancel();
  bool cancelled() const { return cancelled_.load(std::memory_order_acquire); }
  std::optional<Error> failure() const;
  void on_cancel(Cancellable& waiting);  // before the threads start

  // Coordinator to sources.
  void inject(const Barrier& barrier);
  void pause(bool paused);
  bool paused() const { return paused_.load(std::memory_order_acquire); }
  void announce();  // there are new splits
  // The barrier that a source which has seen `epoch` must send on now.
  std::optional<Barrier> due(int64_t epoch) const;

  // Sources wait for any of the above. Take the count before looking, so that no news falls between looking and waiting.
  uint64_t news() const { return news_.load(std::memory_order_acquire); }
  void wait(uint64_t seen, int64_t timeout_us);

  // Tasks to coordinator.
  void acknowledge(TaskSnapshot snapshot);
  void input_ended();
  std::vector<TaskSnapshot> take_snapshots();
  size_t ended_inputs() const { return ended_inputs_.load(std::memory_order_acquire); }

 private:
  void tell();

  Wakeup& coordinator_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<uint64_t> news_{0};
  std::atomic<bool> cancelled_{false}, paused_{false};
  std::atomic<int64_t> barrier_epoch_{0};
  std::atomic<bool> barrier_last_{false};
  std::atomic<size_t> ended_inputs_{0};
  std::optional<Error> failure_;
  std::vector<Cancellable*> waiting_;
  std::vector<TaskSnapshot> snapshots_;
};

}  // namespace deltastream::stream

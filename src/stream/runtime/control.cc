#include "stream/runtime/control.h"

#include <chrono>

namespace deltastream::stream {

void Control::tell() {
  {
    std::lock_guard lock(mutex_);
    news_.fetch_add(1, std::memory_order_acq_rel);
  }
  changed_.notify_all();
}

void Control::fail(Error error) {
  {
    std::lock_guard lock(mutex_);
    if (!failure_ && !cancelled()) failure_ = std::move(error);
  }
  cancel();
}

void Control::cancel() {
  cancelled_.store(true, std::memory_order_release);
  for (Cancellable* waiting : waiting_) waiting->cancel();
  tell();
  coordinator_.signal();
}

std::optional<Error> Control::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

void Control::on_cancel(Cancellable& waiting) { waiting_.push_back(&waiting); }

void Control::inject(const Barrier& barrier) {
  barrier_last_.store(barrier.last, std::memory_order_relaxed);
  barrier_epoch_.store(barrier.epoch, std::memory_order_release);
  tell();
}

void Control::pause(bool paused) {
  if (paused_.exchange(paused, std::memory_order_acq_rel) != paused) tell();
}

void Control::announce() { tell(); }

std::optional<Barrier> Control::due(int64_t epoch) const {
  const int64_t wanted = barrier_epoch_.load(std::memory_order_acquire);
  if (wanted <= epoch) return std::nullopt;
  return Barrier{wanted, barrier_last_.load(std::memory_order_relaxed)};
}

void Control::wait(uint64_t seen, int64_t timeout_us) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::microseconds(timeout_us), [&] { return news() != seen; });
}

void Control::acknowledge(TaskSnapshot snapshot) {
  {
    std::lock_guard lock(mutex_);
    snapshots_.push_back(std::move(snapshot));
  }
  coordinator_.signal();
}

void Control::input_ended() {
  ended_inputs_.fetch_add(1, std::memory_order_acq_rel);
  coordinator_.signal();
}

std::vector<TaskSnapshot> Control::take_snapshots() {
  std::lock_guard lock(mutex_);
  return std::exchange(snapshots_, {});
}

}  // namespace deltastream::stream

#include "stream/runtime/inbox.h"

namespace deltastream::stream {

bool Inbox::push(size_t producer, Message message) {
  std::unique_lock lock(mutex_);
  Queue& queue = queues_[producer];
  // Of watermarks in a row only the last one matters.
  if (message.kind == Message::Kind::kWatermark && !queue.messages.empty() && queue.messages.back().kind == Message::Kind::kWatermark) {
    queue.messages.back() = std::move(message);
    return !cancelled_;
  }
  queue.not_full.wait(lock, [&] { return cancelled_ || queue.messages.size() < capacity_; });
  if (cancelled_) return false;
  queue.messages.push_back(std::move(message));
  if (waiting_ && !queue.blocked) {
    waiting_ = false;
    lock.unlock();
    arrived_.notify_one();
  }
  return true;
}

std::unique_ptr<DataChunk> Inbox::take_used(size_t producer) {
  std::lock_guard lock(mutex_);
  auto& used = queues_[producer].used;
  if (used.empty()) return nullptr;
  std::unique_ptr<DataChunk> chunk = std::move(used.back());
  used.pop_back();
  return chunk;
}

std::optional<Inbox::Arrival> Inbox::pop(Wait wait) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (cancelled_) return std::nullopt;
    for (size_t i = 0; i < queues_.size(); i++) {
      const size_t producer = (next_ + i) % queues_.size();
      Queue& queue = queues_[producer];
      if (queue.blocked || queue.messages.empty()) continue;
      next_ = producer + 1;
      Arrival arrival{producer, std::move(queue.messages.front())};
      queue.messages.pop_front();
      if (queue.messages.size() + 1 == capacity_) {
        lock.unlock();
        queue.not_full.notify_one();
      }
      return arrival;
    }
    if (wait == Wait::kNo) return std::nullopt;
    waiting_ = true;
    arrived_.wait(lock, [&] { return cancelled_ || !waiting_; });
  }
}

void Inbox::give_back(size_t producer, std::unique_ptr<DataChunk> used) {
  std::lock_guard lock(mutex_);
  auto& free = queues_[producer].used;
  if (free.size() <= capacity_) free.push_back(std::move(used));
}

void Inbox::block(size_t producer) {
  std::lock_guard lock(mutex_);
  queues_[producer].blocked = true;
}

void Inbox::unblock_all() {
  std::lock_guard lock(mutex_);
  for (Queue& queue : queues_) queue.blocked = false;
}

void Inbox::cancel() {
  {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  arrived_.notify_all();
  for (Queue& queue : queues_) queue.not_full.notify_all();
}

}  // namespace deltastream::stream

#include "stream/runtime/window_task.h"

namespace deltastream::stream {

WindowTask::WindowTask(std::unique_ptr<Inbox> inbox, std::unique_ptr<Operator> chain, int64_t watermark_us, Control& control)
    : inbox_(std::move(inbox)), chain_(std::move(chain)), watermarks_(inbox_->producers(), watermark_us), control_(control) {
  control_.on_cancel(*inbox_);
}

Status WindowTask::run() {
  while (!done_) {
    auto arrival = inbox_->pop(Inbox::Wait::kNo);
    if (!arrival) {
      DS_RETURN_IF_ERROR(chain_->flush());
      arrival = inbox_->pop(Inbox::Wait::kYes);
    }
    if (!arrival) return {};  // cancelled
    DS_RETURN_IF_ERROR(take(*arrival));
  }
  return {};
}

Status WindowTask::take(Inbox::Arrival& arrival) {
  Message& message = arrival.message;
  switch (message.kind) {
    case Message::Kind::kRows: {
      auto processed = chain_->process(*message.rows);
      inbox_->give_back(arrival.producer, std::move(message.rows));
      return processed;
    }
    case Message::Kind::kWatermark: {
      const Watermark& now = watermarks_.update(arrival.producer, message.watermark);
      if (now == sent_) return {};
      sent_ = now;
      return chain_->advance(sent_);
    }
    case Message::Kind::kBarrier: return take_barrier(arrival.producer, message.barrier);
  }
  return {};
}

Status WindowTask::take_barrier(size_t producer, const Barrier& barrier) {
  inbox_->block(producer);
  if (++barriers_ < inbox_->producers()) return {};
  barriers_ = 0;
  TaskSnapshot snapshot;
  DS_RETURN_IF_ERROR(chain_->barrier(barrier, snapshot));
  inbox_->unblock_all();
  done_ = barrier.last;
  control_.acknowledge(std::move(snapshot));
  return {};
}

}  // namespace deltastream::stream

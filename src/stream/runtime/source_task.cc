#include "stream/runtime/source_task.h"

#include "common/exception.h"
#include "duckdb/common/allocator.hpp"

namespace deltastream::stream {
namespace {

// While a job is paused, or its input has ended, only news is waited for.
constexpr int64_t kNewsOnlyUs = 1'000'000;

}  // namespace

SourceTask::SourceTask(SplitSet splits, bool bounded, Columns columns, std::unique_ptr<WatermarkColumn> watermark,
                       std::unique_ptr<Operator> chain, Control& control)
    : splits_(std::move(splits)),
      bounded_(bounded),
      columns_(std::move(columns)),
      watermark_column_(std::move(watermark)),
      chain_(std::move(chain)),
      control_(control) {}

void SourceTask::assign(Split split) {
  std::lock_guard lock(mutex_);
  assigned_.push_back(std::move(split));
}

void SourceTask::take_assigned() {
  std::vector<Split> fresh;
  {
    std::lock_guard lock(mutex_);
    fresh.swap(assigned_);
  }
  for (Split& split : fresh) splits_.add(std::move(split), nullptr);
}

Status SourceTask::run() {
  DS_TRY_DUCKDB({
    rows_.Initialize(duckdb::Allocator::DefaultAllocator(), columns_.read);
    if (!columns_.chosen.empty()) chosen_.InitializeEmpty(columns_.node);
  })
  while (!done_ && !control_.cancelled()) DS_RETURN_IF_ERROR(step());
  return {};
}

Status SourceTask::step() {
  const uint64_t seen = control_.news();
  if (auto barrier = control_.due(epoch_)) return take_barrier(*barrier);
  take_assigned();
  if (control_.paused()) return wait_for_news(seen, kNewsOnlyUs);
  if (ended_) return wait_for_news(seen, kNewsOnlyUs);
  if (bounded_ && splits_.all_finished()) {
    ended_ = true;
    DS_RETURN_IF_ERROR(send_watermark());
    DS_RETURN_IF_ERROR(chain_->flush());
    control_.input_ended();
    return {};
  }
  DS_ASSIGN_OR_RETURN(auto batch, splits_.read(rows_));
  if (!batch || batch->state == ReadState::kIdle) {
    // Time alone may have made a split idle.
    DS_RETURN_IF_ERROR(send_watermark());
    if (!batch) return wait_for_news(seen, splits_.pause_us());
    if (rows_.size() == 0) return {};
  }
  if (rows_.size() > 0) {
    DataChunk* rows = &rows_;
    if (!columns_.chosen.empty()) {
      DS_TRY_DUCKDB({ chosen_.ReferenceColumns(rows_, columns_.chosen); })
      rows = &chosen_;
    }
    if (watermark_column_) {
      DS_ASSIGN_OR_RETURN(auto greatest, watermark_column_->greatest(*rows));
      splits_.observe(batch->split, greatest);
    }
    DS_RETURN_IF_ERROR(chain_->process(*rows));
  }
  return send_watermark();
}

Status SourceTask::take_barrier(const Barrier& barrier) {
  epoch_ = barrier.epoch;
  TaskSnapshot snapshot;
  snapshot.splits = splits_.positions();
  DS_RETURN_IF_ERROR(chain_->barrier(barrier, snapshot));
  done_ = barrier.last;
  control_.acknowledge(std::move(snapshot));
  return {};
}

Status SourceTask::send_watermark() {
  const Watermark& now = splits_.watermark();
  if (now == sent_) return {};
  sent_ = now;
  return chain_->advance(sent_);
}

Status SourceTask::wait_for_news(uint64_t seen, int64_t pause_us) {
  DS_RETURN_IF_ERROR(chain_->flush());
  control_.wait(seen, pause_us);
  return {};
}

}  // namespace deltastream::stream

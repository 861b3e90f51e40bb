#include "stream/runtime/exchange_operator.h"

#include <numeric>

#include "common/exception.h"
#include "duckdb/common/allocator.hpp"

namespace deltastream::stream {
namespace {

constexpr int64_t kLongestHoldUs = 5'000;

}  // namespace

ExchangeOperator::ExchangeOperator(const engine::WindowAggregation& aggregation, duckdb::vector<LogicalType> types,
                                   std::vector<Target> targets, size_t hold_rows, const Clock& clock)
    : Operator(nullptr),
      aggregation_(aggregation),
      types_(std::move(types)),
      hold_rows_(hold_rows),
      clock_(clock),
      hashes_(LogicalType::UBIGINT) {
  for (const Target& target : targets) {
    outputs_.emplace_back().target = target;
    outputs_.back().selection.reserve(kChunkRows);
  }
}

Status ExchangeOperator::push(Output& output, Message message) {
  if (output.target.inbox->push(output.target.producer, std::move(message))) return {};
  return cancelled("the job was cancelled");
}

Status ExchangeOperator::process(DataChunk& rows) {
  const size_t count = rows.size();
  for (Output& output : outputs_) output.selection.clear();
  if (outputs_.size() == 1) {
    auto& all = outputs_[0].selection;
    all.resize(count);
    std::iota(all.begin(), all.end(), 0);
  } else {
    DS_RETURN_IF_ERROR(aggregation_.hash_keys(rows, hashes_));
    DS_TRY_DUCKDB({
      hashes_.Flatten(count);
      const auto* hashes = duckdb::FlatVector::GetData<uint64_t>(hashes_);
      for (size_t row = 0; row < count; row++) outputs_[hashes[row] % outputs_.size()].selection.push_back(static_cast<duckdb::sel_t>(row));
    })
  }
  for (Output& output : outputs_) {
    const size_t wanted = output.selection.size();
    for (size_t done = 0; done < wanted;) {
      const size_t filled = output.rows ? output.rows->size() : 0;
      const size_t part = std::min(wanted - done, kChunkRows - filled);
      DS_RETURN_IF_ERROR(append(output, rows, output.selection.data() + done, part));
      done += part;
      if (output.rows->size() == kChunkRows) DS_RETURN_IF_ERROR(send_rows(output));
    }
  }
  const int64_t now = clock_.steady_us();
  if (held_since_us_ == 0) held_since_us_ = now;
  return now - held_since_us_ >= kLongestHoldUs ? flush() : Status();
}

Status ExchangeOperator::append(Output& output, DataChunk& rows, const duckdb::sel_t* selection, size_t count) {
  DS_TRY_DUCKDB({
    if (!output.rows) {
      output.rows = output.target.inbox->take_used(output.target.producer);
      if (output.rows) output.rows->Reset();
    }
    if (!output.rows) {
      output.rows = std::make_unique<DataChunk>();
      output.rows->Initialize(duckdb::Allocator::DefaultAllocator(), types_);
    }
    duckdb::SelectionVector chosen(const_cast<duckdb::sel_t*>(selection));  // only read
    output.rows->Append(rows, false, &chosen, count);
  })
  return {};
}

Status ExchangeOperator::send_rows(Output& output) {
  if (!output.rows || output.rows->size() == 0) return {};
  Message message;
  message.rows = std::move(output.rows);
  return push(output, std::move(message));
}

Status ExchangeOperator::send_watermark(Output& output) {
  if (output.sent == watermark_) return {};
  output.sent = watermark_;
  Message message;
  message.kind = Message::Kind::kWatermark;
  message.watermark = watermark_;
  return push(output, std::move(message));
}

Status ExchangeOperator::advance(const Watermark& watermark) {
  watermark_ = watermark;
  // Rows that a filter drops do not come here, but time passes.
  if (held_since_us_ != 0 && clock_.steady_us() - held_since_us_ >= kLongestHoldUs) return flush();
  for (Output& output : outputs_) {
    const size_t held = output.rows ? output.rows->size() : 0;
    if (held > 0 && held < hold_rows_) continue;  // the watermark waits behind its rows
    DS_RETURN_IF_ERROR(send_rows(output));
    DS_RETURN_IF_ERROR(send_watermark(output));
  }
  return {};
}

Status ExchangeOperator::flush() {
  held_since_us_ = 0;
  for (Output& output : outputs_) {
    DS_RETURN_IF_ERROR(send_rows(output));
    DS_RETURN_IF_ERROR(send_watermark(output));
  }
  return {};
}

Status ExchangeOperator::barrier(const Barrier& barrier, TaskSnapshot&) {
  DS_RETURN_IF_ERROR(flush());
  for (Output& output : outputs_) {
    Message message;
    message.kind = Message::Kind::kBarrier;
    message.barrier = barrier;
    DS_RETURN_IF_ERROR(push(output, std::move(message)));
  }
  return {};
}

}  // namespace deltastream::stream

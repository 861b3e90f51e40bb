#include "connect/generated_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "common/exception.h"

namespace deltastream::connect {
namespace {

class GeneratedReader final : public stream::SplitReader {
 public:
  GeneratedReader(std::unique_ptr<RowMaker> maker, const GeneratedRange& range, int64_t next, const stream::SourceRequest& request, const Clock* clock)
      : maker_(std::move(maker)),
        next_(next),
        end_(range.end),
        pacing_(range.rate, clock),
        batch_rows_(static_cast<int64_t>(std::min(request.batch_rows, kChunkRows))),
        metrics_(request.metrics) {}

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    if (next_ >= end_) return stream::ReadState::kEnd;
    const int64_t rows = pacing_.admit(std::min({batch_rows_, static_cast<int64_t>(out.GetCapacity()), end_ - next_}));
    if (rows == 0) return stream::ReadState::kIdle;
    DS_TRY_DUCKDB(maker_->make(next_, static_cast<size_t>(rows), out))
    out.SetCardinality(static_cast<duckdb::idx_t>(rows));
    next_ += rows;
    if (metrics_) metrics_->rows += static_cast<uint64_t>(rows);
    return next_ >= end_ ? stream::ReadState::kEnd : stream::ReadState::kData;
  }

  stream::SplitPosition position() const override { return {next_, ""}; }

 private:
  const std::unique_ptr<RowMaker> maker_;
  int64_t next_;
  const int64_t end_;
  Pacing pacing_;
  const int64_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
};

}  // namespace

std::vector<stream::Split> GeneratedSplits::all() const {
  std::vector<stream::Split> splits;
  for (int64_t i = 0; i < count; i++) splits.push_back({fmt::format("{:03}", i), std::to_string(i)});
  return splits;
}

Result<int64_t> GeneratedSplits::index_of(const stream::Split& split) const {
  const int64_t index = std::strtoll(split.payload.c_str(), nullptr, 10);
  if (index >= 0 && index < count) return index;
  return invalid_argument(fmt::format("table '{}': split '{}' is none of its {} splits; was '{}' changed?", table, split.id, count, option));
}

std::unique_ptr<stream::SplitReader> read_generated(std::unique_ptr<RowMaker> maker, const GeneratedRange& range,
                                                    const std::optional<stream::SplitPosition>& position, const stream::SourceRequest& request,
                                                    const Clock* clock) {
  return std::make_unique<GeneratedReader>(std::move(maker), range, position ? position->offset : 0, request, clock);
}

}  // namespace deltastream::connect

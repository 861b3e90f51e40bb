#include "engine/window/window_aggregator.h"

#include <algorithm>

#include "common/exception.h"
#include "duckdb/common/types/hash.hpp"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/main/connection.hpp"
#include "engine/window/event_slices.h"
#include "engine/window/hop_merger.h"
#include "engine/window/pane.h"
#include "engine/window/snapshot_bytes.h"

namespace deltastream::engine {
namespace {

// The one slice of an aggregation without windows.
constexpr int64_t kOnlySlice = 0;

class SliceAggregator : public WindowAggregator {
 public:
  explicit SliceAggregator(std::shared_ptr<const AggregationLayout> shared)
      : layout_(std::move(shared)),
        factory_(PaneFactory::create(layout_)),
        executor_(layout_->context(), layout_->columns),
        merger_(*factory_, layout_->time ? layout_->time->slices_per_window() : 1) {
    if (layout_->time) slicer_ = std::make_unique<EventSlices>(*layout_->time);
    if (!layout_->column_types.empty()) {
      columns_.Initialize(duckdb::Allocator::Get(layout_->context()), layout_->column_types);
      part_.InitializeEmpty(layout_->column_types);
    }
    // Merging is worth its copies only for plain states, and from three slices on.
    merges_ = layout_->plain_states && layout_->spec.window.kind == WindowSpec::Kind::kHop && layout_->time->slices_per_window() > 2;
  }

  Status add(DataChunk& rows) override { DS_TRY_DUCKDB(return add_rows(rows)); }
  Status advance(int64_t watermark_us, const EmitChunk& emit) override { DS_TRY_DUCKDB(return close_windows(watermark_us, emit)); }
  uint64_t late_rows() const override { return late_rows_; }
  uint64_t memory_bytes() const override {
    uint64_t bytes = merger_.memory_bytes();
    for (const auto& [slice, pane] : slices_) bytes += pane->memory_bytes();
    return bytes;
  }
  Result<std::string> snapshot() override { DS_TRY_DUCKDB(return write()); }
  Status restore(std::span<const std::string> snapshots, size_t subtask, size_t parallelism) override {
    DS_TRY_DUCKDB(return read(snapshots, subtask, parallelism));
  }

 private:
  Status add_rows(DataChunk& rows);
  Status add_windowed(DataChunk& rows);
  void add_to_slice(int64_t slice, DataChunk& columns);
  void evaluate(DataChunk& rows);
  bool closed(int64_t slice) const { return layout_->time->last_window_of(slice) < next_window_; }
  Status close_windows(int64_t watermark_us, const EmitChunk& emit);
  Status close_only_window(const EmitChunk& emit);
  Status emit_window(WindowTime::Window window, const EmitChunk& emit);
  Status emit_joined(WindowTime::Window window, const WindowBounds& bounds, const EmitChunk& emit);
  Pane& fold(WindowTime::Window window);
  std::string write();
  Status read(std::span<const std::string> snapshots, size_t subtask, size_t parallelism);
  Status read_one(SnapshotReader& in, const KeepRows& keep);

  std::shared_ptr<const AggregationLayout> layout_;
  std::unique_ptr<PaneFactory> factory_;
  duckdb::ExpressionExecutor executor_;
  std::unique_ptr<EventSlices> slicer_;
  DataChunk columns_;  // all rows of a chunk
  DataChunk part_;     // those of one slice
  Slices slices_;
  HopMerger merger_;
  bool merges_ = false;
  bool owns_empty_input_ = true;  // restored subtasks but the first have nothing
  int64_t next_window_ = INT64_MIN;  // the first window that has not been emitted; INT64_MAX: all are closed
  uint64_t late_rows_ = 0;
};

Status SliceAggregator::add_rows(DataChunk& rows) {
  if (rows.size() == 0) return {};
  if (layout_->time) return add_windowed(rows);
  if (next_window_ == INT64_MAX) {
    late_rows_ += rows.size();
    return {};
  }
  evaluate(rows);
  add_to_slice(kOnlySlice, columns_);
  return {};
}

Status SliceAggregator::add_windowed(DataChunk& rows) {
  DS_RETURN_IF_ERROR(slicer_->assign(rows.data[layout_->spec.time_column], rows.size()));
  bool evaluated = false;
  const auto& runs = slicer_->runs();
  for (const auto& run : runs) {
    if (closed(run.slice)) {
      // A slice between two windows (HOP with gaps) is in no window: its rows are not wanted, and not late.
      if (layout_->time->first_window_of(run.slice) <= layout_->time->last_window_of(run.slice)) late_rows_ += run.count;
      continue;
    }
    if (layout_->time->first_window_of(run.slice) > layout_->time->last_window_of(run.slice)) continue;
    if (!evaluated) evaluate(rows);
    evaluated = true;
    if (runs.size() == 1) {
      add_to_slice(run.slice, columns_);
      continue;
    }
    duckdb::SelectionVector selection(slicer_->rows().data() + run.first);
    part_.Slice(columns_, selection, run.count);
    part_.SetCardinality(run.count);
    add_to_slice(run.slice, part_);
  }
  return {};
}

void SliceAggregator::add_to_slice(int64_t slice, DataChunk& columns) {
  auto& pane = slices_[slice];
  if (!pane) pane = factory_->make();
  pane->add(columns);
  if (merges_) merger_.add(slice, columns);
}

void SliceAggregator::evaluate(DataChunk& rows) {
  if (!layout_->column_types.empty()) {
    columns_.Reset();
    executor_.Execute(rows, columns_);
  }
  columns_.SetCardinality(rows.size());
}

Status SliceAggregator::close_windows(int64_t watermark_us, const EmitChunk& emit) {
  if (next_window_ == INT64_MAX || watermark_us == kMinWatermark) return {};
  bool everything = watermark_us == kMaxWatermark;
  if (!layout_->time) return everything ? close_only_window(emit) : Status();
  const auto& time = *layout_->time;
  int64_t limit = everything ? INT64_MAX : time.first_open_window(watermark_us);
  while (!slices_.empty()) {
    int64_t first = slices_.begin()->first;
    if (closed(first)) {
      slices_.erase(slices_.begin());
      continue;
    }
    int64_t number = std::max(next_window_, time.first_window_of(first));
    if (number >= limit) break;
    DS_RETURN_IF_ERROR(emit_window(time.window(number), emit));
    next_window_ = number + 1;
  }
  next_window_ = std::max(next_window_, limit);
  if (slices_.empty()) merger_.forget();
  return {};
}

Status SliceAggregator::close_only_window(const EmitChunk& emit) {
  next_window_ = INT64_MAX;
  // SQL: without groups, no input still gives one row.
  bool one_row = owns_empty_input_ && std::any_of(layout_->sets.begin(), layout_->sets.end(), [](const auto& set) { return set.empty(); });
  if (slices_.empty() && one_row) slices_[kOnlySlice] = factory_->make();
  if (slices_.empty()) return {};
  auto pane = std::move(slices_[kOnlySlice]);
  slices_.clear();
  return pane->emit({}, emit);
}

Status SliceAggregator::emit_window(WindowTime::Window window, const EmitChunk& emit) {
  const auto& time = *layout_->time;
  WindowBounds bounds{time.slice_start_us(window.first_slice), time.slice_start_us(window.end_slice)};
  switch (layout_->spec.window.kind) {
    case WindowSpec::Kind::kCumulate:
      return fold(window).emit(bounds, emit);
    case WindowSpec::Kind::kHop:
      return merges_ ? merger_.emit(slices_, window, bounds, emit) : emit_joined(window, bounds, emit);
    default:
      return slices_.begin()->second->emit(bounds, emit);
  }
}

Status SliceAggregator::emit_joined(WindowTime::Window window, const WindowBounds& bounds, const EmitChunk& emit) {
  auto begin = slices_.lower_bound(window.first_slice);
  auto end = slices_.lower_bound(window.end_slice);
  if (begin == end) return {};
  if (std::next(begin) == end) return begin->second->emit(bounds, emit);
  auto whole = factory_->make();
  for (auto slice = begin; slice != end; ++slice) whole->merge(*slice->second);
  return whole->emit(bounds, emit);
}

// A CUMULATE window only grows: its slices are merged into the first of them, for good.
Pane& SliceAggregator::fold(WindowTime::Window window) {
  auto first = slices_.lower_bound(window.first_slice);
  auto end = slices_.lower_bound(window.end_slice);
  for (auto slice = std::next(first); slice != end; slice = slices_.erase(slice)) first->second->merge(*slice->second);
  return *first->second;
}

std::string SliceAggregator::write() {
  SnapshotWriter out(layout_->fingerprint);
  out.number(next_window_);
  out.number(static_cast<int64_t>(late_rows_));
  for (const auto& [slice, pane] : slices_) {
    out.number(1);
    out.number(slice);
    pane->write(out);
  }
  out.number(0);
  return std::move(out).finish();
}

Status SliceAggregator::read(std::span<const std::string> snapshots, size_t subtask, size_t parallelism) {
  slices_.clear();
  merger_.forget();
  next_window_ = INT64_MIN;
  late_rows_ = 0;
  owns_empty_input_ = subtask == 0;
  Vector hashes(LogicalType::HASH);
  KeepRows keep = [&](DataChunk& groups, duckdb::SelectionVector& kept) -> duckdb::idx_t {
    duckdb::idx_t count = 0;
    bool keyed = groups.ColumnCount() > 0;
    if (!keyed && subtask != 0) return 0;
    if (keyed) hash_shared_groups(groups, hashes);
    auto values = duckdb::FlatVector::GetData<duckdb::hash_t>(hashes);
    for (duckdb::idx_t row = 0; row < groups.size(); ++row) {
      if (!keyed || values[row] % parallelism == subtask) kept.set_index(count++, row);
    }
    return count;
  };
  for (size_t i = 0; i < snapshots.size(); ++i) {
    auto status = [&]() -> Status {
      DS_ASSIGN_OR_RETURN(auto in, SnapshotReader::open(snapshots[i], layout_->fingerprint));
      return read_one(in, keep);
    }();
    if (!status.ok()) return std::move(status).context("restoring the windows of old subtask " + std::to_string(i));
  }
  // What was late is reported once, by the subtask that exists for sure.
  if (subtask != 0) late_rows_ = 0;
  return {};
}

Status SliceAggregator::read_one(SnapshotReader& in, const KeepRows& keep) {
  DS_ASSIGN_OR_RETURN(int64_t next_window, in.number());
  DS_ASSIGN_OR_RETURN(int64_t late, in.number());
  next_window_ = std::max(next_window_, next_window);
  late_rows_ += static_cast<uint64_t>(late);
  while (true) {
    DS_ASSIGN_OR_RETURN(int64_t more, in.number());
    if (more == 0) return {};
    DS_ASSIGN_OR_RETURN(int64_t slice, in.number());
    auto& pane = slices_[slice];
    if (!pane) pane = factory_->make();
    DS_RETURN_IF_ERROR(pane->read(in, keep));
    if (pane->empty()) slices_.erase(slice);
  }
}

}  // namespace

void hash_shared_groups(DataChunk& groups, Vector& hashes) {
  auto count = groups.size();
  groups.Hash(hashes);
  hashes.Flatten(count);
  auto values = duckdb::FlatVector::GetData<duckdb::hash_t>(hashes);
  for (duckdb::idx_t row = 0; row < count; ++row) values[row] = duckdb::MurmurHash64(values[row] + 0x9E3779B97F4A7C15ULL);
}

Result<std::unique_ptr<WindowAggregator>> make_window_aggregator(std::shared_ptr<const AggregationLayout> layout) {
  DS_TRY_DUCKDB(return std::unique_ptr<WindowAggregator>(std::make_unique<SliceAggregator>(std::move(layout))));
}

}  // namespace deltastream::engine

#include "engine/window/hop_merger.h"

namespace deltastream::engine {

Status HopMerger::emit(Slices& slices, WindowTime::Window window, const WindowBounds& bounds, const EmitChunk& emit_chunk) {
  if (window.first_slice >= boundary_) {
    merge_older(slices, window);
  } else {
    extend_newer(slices, window.end_slice);
  }
  older_.erase(older_.begin(), older_.lower_bound(window.first_slice));
  if (older_.empty() && !newer_) return {};
  if (older_.empty()) return newer_->emit(bounds, emit_chunk);
  if (!newer_) return older_.begin()->second->emit(bounds, emit_chunk);
  auto whole = factory_.make();
  whole->merge(*older_.begin()->second);
  whole->merge(*newer_);
  return whole->emit(bounds, emit_chunk);
}

void HopMerger::merge_older(Slices& slices, WindowTime::Window window) {
  forget();
  boundary_ = newer_end_ = window.end_slice;
  Pane* later = nullptr;
  auto slice = slices.lower_bound(window.end_slice);
  while (slice != slices.begin() && (--slice)->first >= window.first_slice) {
    auto merged = factory_.make();
    merged->merge(*slice->second);
    if (later) merged->merge(*later);
    later = merged.get();
    older_[slice->first] = std::move(merged);
  }
}

void HopMerger::extend_newer(Slices& slices, int64_t end) {
  for (auto slice = slices.lower_bound(newer_end_); slice != slices.end() && slice->first < end; ++slice) {
    if (!newer_) newer_ = factory_.make();
    newer_->merge(*slice->second);
  }
  newer_end_ = end;
}

void HopMerger::add_late(int64_t slice, DataChunk& columns) {
  if (slice >= newer_end_) return;
  if (slice >= boundary_) {
    if (!newer_) newer_ = factory_.make();
    newer_->add(columns);
    return;
  }
  // Every merge that begins at or before the slice holds it; when the slice is new, one must begin there.
  if (!older_.count(slice)) {
    auto merged = factory_.make();
    auto after = older_.upper_bound(slice);
    if (after != older_.end()) merged->merge(*after->second);
    older_[slice] = std::move(merged);
  }
  for (auto& [begin, merged] : older_) {
    if (begin > slice) break;
    merged->add(columns);
  }
}

void HopMerger::forget() {
  older_.clear();
  newer_.reset();
  boundary_ = newer_end_ = INT64_MIN;
}

uint64_t HopMerger::memory_bytes() const {
  uint64_t bytes = newer_ ? newer_->memory_bytes() : 0;
  for (const auto& [begin, merged] : older_) bytes += merged->memory_bytes();
  return bytes;
}

}  // namespace deltastream::engine

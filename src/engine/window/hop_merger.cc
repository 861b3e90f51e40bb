#include "engine/window/hop_merger.h"

#include <algorithm>
#include <cmath>

namespace deltastream::engine {
namespace {

// Up to here all backward merges are kept at once.
constexpr int64_t kOneBlock = 64;

int64_t block_of(int64_t slices) {
  return slices <= kOneBlock ? slices : static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(slices))));
}

}  // namespace

HopMerger::HopMerger(PaneFactory& factory, int64_t slices_per_window) : factory_(factory), block_(std::max<int64_t>(1, block_of(slices_per_window))) {}

Status HopMerger::emit(Slices& slices, WindowTime::Window window, const WindowBounds& bounds, const EmitChunk& emit_chunk) {
  if (window.first_slice >= boundary_) {
    merge_older(slices, window);
  } else {
    extend_newer(slices, window.end_slice);
  }
  if (window.first_slice >= singles_end_) merge_block(slices, window.first_slice);
  singles_.erase(singles_.begin(), singles_.lower_bound(window.first_slice));
  Pane* older = older_from(window.first_slice);
  if (!older && !newer_) return {};
  if (!older) return newer_->emit(bounds, emit_chunk);
  if (!newer_) return older->emit(bounds, emit_chunk);
  auto whole = factory_.make();
  whole->merge(*older);
  whole->merge(*newer_);
  return whole->emit(bounds, emit_chunk);
}

Pane* HopMerger::older_from(int64_t slice) {
  if (auto single = singles_.lower_bound(slice); single != singles_.end()) return single->second.get();
  auto block = blocks_.lower_bound(std::max(slice, singles_end_));
  return block == blocks_.end() ? nullptr : block->second.get();
}

// All blocks but the first, whose single merges come at once.
void HopMerger::merge_older(Slices& slices, WindowTime::Window window) {
  forget();
  base_ = window.first_slice;
  singles_end_ = base_;
  boundary_ = newer_end_ = window.end_slice;
  Pane* later = nullptr;
  int64_t blocks = (window.end_slice - base_ + block_ - 1) / block_;
  for (int64_t begin = base_ + (blocks - 1) * block_; begin > base_; begin -= block_) {
    auto first = slices.lower_bound(begin);
    auto end = slices.lower_bound(std::min(begin + block_, boundary_));
    if (first == end) continue;
    auto merged = factory_.make();
    for (auto slice = first; slice != end; ++slice) merged->merge(*slice->second);
    if (later) merged->merge(*later);
    later = merged.get();
    blocks_[begin] = std::move(merged);
  }
}

// The single merges of the block that `begin` is in, from `begin` on.
void HopMerger::merge_block(Slices& slices, int64_t begin) {
  singles_.clear();
  singles_end_ = std::min(block_begin(begin) + block_, boundary_);
  blocks_.erase(blocks_.begin(), blocks_.lower_bound(singles_end_));
  Pane* later = older_from(singles_end_);
  auto slice = slices.lower_bound(singles_end_);
  while (slice != slices.begin() && (--slice)->first >= begin) {
    auto merged = factory_.make();
    merged->merge(*slice->second);
    if (later) merged->merge(*later);
    later = merged.get();
    singles_[slice->first] = std::move(merged);
  }
}

void HopMerger::extend_newer(Slices& slices, int64_t end) {
  for (auto slice = slices.lower_bound(newer_end_); slice != slices.end() && slice->first < end; ++slice) {
    if (!newer_) newer_ = factory_.make();
    newer_->merge(*slice->second);
  }
  newer_end_ = std::max(newer_end_, end);
}

void HopMerger::add(int64_t slice, DataChunk& columns) {
  if (slice >= newer_end_) return;
  if (slice < boundary_) return add_to_older(slice, columns);
  if (!newer_) newer_ = factory_.make();
  newer_->add(columns);
}

// Every merge that begins at or before the slice holds it. Where the slice is the first of its kind, a merge must begin there.
void HopMerger::add_to_older(int64_t slice, DataChunk& columns) {
  bool single = slice < singles_end_;
  auto& merges = single ? singles_ : blocks_;
  int64_t begin = single ? slice : block_begin(slice);
  if (!merges.count(begin)) {
    auto merged = factory_.make();
    if (Pane* later = older_from(begin)) merged->merge(*later);
    merges[begin] = std::move(merged);
  }
  for (auto* part : {&singles_, &blocks_}) {
    for (auto merged = part->begin(); merged != part->end() && merged->first <= slice; ++merged) merged->second->add(columns);
  }
}

void HopMerger::forget() {
  singles_.clear();
  blocks_.clear();
  newer_.reset();
  base_ = singles_end_ = boundary_ = newer_end_ = INT64_MIN;
}

uint64_t HopMerger::memory_bytes() const {
  uint64_t bytes = newer_ ? newer_->memory_bytes() : 0;
  for (const auto* part : {&singles_, &blocks_}) {
    for (const auto& [begin, merged] : *part) bytes += merged->memory_bytes();
  }
  return bytes;
}

}  // namespace deltastream::engine

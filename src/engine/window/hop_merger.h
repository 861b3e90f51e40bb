#pragma once
// Running merges for overlapping windows, so that a window costs a few merges however many slices it has: the older slices
// of the current window are merged backwards once (one pane for each possible begin), the newer ones forwards as they
// complete; a window is the merge of one of each. Holds copies of slices that stay owned by the caller. One thread.

#include <map>
#include <memory>

#include "engine/window/pane.h"
#include "engine/window/window_time.h"

namespace deltastream::engine {

using Slices = std::map<int64_t, std::unique_ptr<Pane>>;

class HopMerger {
 public:
  explicit HopMerger(PaneFactory& factory) : factory_(factory) {}

  // Emits the window over `slices` (those of its range that have rows). Windows must come in ascending order.
  Status emit(Slices& slices, WindowTime::Window window, const WindowBounds& bounds, const EmitChunk& emit);
  // Rows were added to a slice after it may have been merged: brings the merges up to date.
  void add_late(int64_t slice, DataChunk& columns);
  void forget();
  uint64_t memory_bytes() const;

 private:
  void extend_newer(Slices& slices, int64_t end);
  void merge_older(Slices& slices, WindowTime::Window window);

  PaneFactory& factory_;
  Slices older_;                 // at slice s: the merge of slices [s, boundary_)
  std::unique_ptr<Pane> newer_;  // the merge of slices [boundary_, newer_end_)
  int64_t boundary_ = INT64_MIN;
  int64_t newer_end_ = INT64_MIN;
};

}  // namespace deltastream::engine

#pragma once
// Running merges for overlapping windows, so that a window costs a few merges however many slices it has: the older slices
// of the current window are merged backwards once, so that each possible begin has its merge; the newer ones are merged
// forwards as they complete; a window is the merge of one of each. Windows of very many slices keep backward merges at the
// begins of blocks only, and those of single slices for one block at a time: 2 √n tables for n slices, for one merge more.
// Holds copies; the slices stay the caller's. One thread.

#include <map>
#include <memory>

#include "engine/window/pane.h"
#include "engine/window/window_time.h"

namespace deltastream::engine {

using Slices = std::map<int64_t, std::unique_ptr<Pane>>;

class HopMerger {
 public:
  HopMerger(PaneFactory& factory, int64_t slices_per_window);

  // Emits the window over `slices` (those of its range that have rows). Windows must come in ascending order.
  Status emit(Slices& slices, WindowTime::Window window, const WindowBounds& bounds, const EmitChunk& emit);
  // Rows were added to a slice: brings the merges that hold it up to date.
  void add(int64_t slice, DataChunk& columns);
  void forget();
  uint64_t memory_bytes() const;

 private:
  void merge_older(Slices& slices, WindowTime::Window window);
  void merge_block(Slices& slices, int64_t begin);
  void extend_newer(Slices& slices, int64_t end);
  void add_to_older(int64_t slice, DataChunk& columns);
  Pane* older_from(int64_t slice);
  int64_t block_begin(int64_t slice) const { return base_ + (slice - base_) / block_ * block_; }

  PaneFactory& factory_;
  int64_t block_;  // slices in a block
  // Merges of slices [key, boundary_). `singles_` has one for each slice before singles_end_, `blocks_` one for each begin of
  // a block from there on; where there were no rows there is no entry, and the next one says the same.
  Slices singles_;
  Slices blocks_;
  std::unique_ptr<Pane> newer_;  // the merge of slices [boundary_, newer_end_)
  int64_t base_ = INT64_MIN;     // where the blocks begin
  int64_t singles_end_ = INT64_MIN;
  int64_t boundary_ = INT64_MIN;
  int64_t newer_end_ = INT64_MIN;
};

}  // namespace deltastream::engine

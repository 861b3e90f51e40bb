#pragma once
// Sorts the rows of a chunk by the slice their event time falls into. Reusable; one thread at a time.

#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "duckdb/common/types/selection_vector.hpp"
#include "engine/window/window_time.h"

namespace deltastream::engine {

class EventSlices {
 public:
  struct Run {
    int64_t slice;
    size_t first;  // in rows()
    size_t count;
  };
  explicit EventSlices(const WindowTime& time);

  // Afterwards runs() lists the slices of the chunk in ascending order. A NULL, infinite or absurd time: invalid argument.
  Status assign(Vector& times, size_t count);
  const std::vector<Run>& runs() const { return runs_; }
  // Row numbers of all runs, one run after the other; in row order within a run. Not filled when there is one run.
  duckdb::SelectionVector& rows() { return rows_; }

 private:
  Status gather_times(Vector& times, size_t count);
  void sort_into_few(size_t count, int64_t first_slice, size_t slices);
  void sort_into_many(size_t count);

  const WindowTime& time_;
  std::vector<Run> runs_;
  duckdb::SelectionVector rows_;
  std::vector<int64_t> times_;
  std::vector<uint32_t> slice_of_row_;
  std::vector<uint32_t> counts_;
};

}  // namespace deltastream::engine

#pragma once
// Puts the output columns of one window together: bounds, groups, aggregates, GROUPING(…). Holds only references to the
// vectors given. One thread at a time.

#include "engine/window/pane.h"

namespace deltastream::engine {

class OutputRows {
 public:
  explicit OutputRows(const AggregationLayout& layout);
  // Begins a chunk of `count` rows: sets what is the same in all of them.
  void begin(const WindowBounds& bounds, duckdb::idx_t count);
  void set_group(size_t group, Vector& values);
  void set_group_null(size_t group);
  void set_aggregate(size_t aggregate, Vector& values);
  void set_grouping(size_t function, Vector& values);
  DataChunk& chunk() { return chunk_; }

 private:
  void set(AggregationSpec::Output::Kind kind, size_t index, Vector& values);
  const AggregationLayout& layout_;
  DataChunk chunk_;
};

}  // namespace deltastream::engine

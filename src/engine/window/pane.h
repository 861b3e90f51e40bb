#pragma once
// The state of one slice of time: all groups that had rows in it. Two kinds, chosen by the layout: hash tables of plain
// states (HashPane) and kept rows (RowPane). One thread at a time. Methods throw DuckDB's exceptions; the aggregator
// turns them into errors.

#include <cstdint>
#include <functional>
#include <memory>

#include "common/chunk.h"
#include "common/result.h"
#include "engine/window/aggregation_layout.h"

namespace deltastream::engine {

class SnapshotWriter;
class SnapshotReader;

// Meaningless without event time.
struct WindowBounds {
  int64_t start_us = 0;
  int64_t end_us = 0;
};

using EmitChunk = std::function<Status(DataChunk&)>;
// Keeps of `count` rows those that belong to this subtask; `groups` begins with the layout's group columns.
using KeepRows = std::function<duckdb::idx_t(DataChunk& groups, duckdb::SelectionVector& kept)>;

class Pane {
 public:
  virtual ~Pane() = default;
  // `columns` as the layout lists them; its vectors may be changed in form, not in content.
  virtual void add(DataChunk& columns) = 0;
  // Adds what `other` holds; `other` keeps its content.
  virtual void merge(Pane& other) = 0;
  // The result rows of a window that consists of exactly this pane. The pane keeps its content.
  virtual Status emit(const WindowBounds& bounds, const EmitChunk& emit) = 0;
  virtual bool empty() const = 0;
  virtual uint64_t memory_bytes() const = 0;
  virtual void write(SnapshotWriter& out) = 0;
  // Adds what write() wrote, as far as `keep` says so.
  virtual Status read(SnapshotReader& in, const KeepRows& keep) = 0;
};

// Makes the panes of one subtask and holds what they share. Must outlive them.
class PaneFactory {
 public:
  virtual ~PaneFactory() = default;
  virtual std::unique_ptr<Pane> make() = 0;
  static std::unique_ptr<PaneFactory> create(std::shared_ptr<const AggregationLayout> layout);
};

}  // namespace deltastream::engine

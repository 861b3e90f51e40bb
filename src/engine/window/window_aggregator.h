#pragma once
// Assigns rows to slices, closes windows as the watermark passes, and keeps what lateness needs. See WindowAggregator.

#include <memory>

#include "engine/window/aggregation_layout.h"

namespace deltastream::engine {

Result<std::unique_ptr<WindowAggregator>> make_window_aggregator(std::shared_ptr<const AggregationLayout> layout);

// The hash by which rows are exchanged between subtasks and states are handed out on restore. `groups` holds the layout's
// shared groups, at least one. Mixed once more, because hash tables take the low bits of DuckDB's own hash.
void hash_shared_groups(DataChunk& groups, Vector& hashes);

}  // namespace deltastream::engine

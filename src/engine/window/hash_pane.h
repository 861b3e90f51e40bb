#pragma once
// Panes of plain states: one GroupedAggregateHashTable for each grouping set. Merging combines states group by group;
// a checkpoint copies their bytes.

#include "engine/window/pane.h"

namespace deltastream::engine {

std::unique_ptr<PaneFactory> make_hash_pane_factory(std::shared_ptr<const AggregationLayout> layout);

}  // namespace deltastream::engine

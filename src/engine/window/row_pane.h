#pragma once
// Panes that keep the rows themselves: DuckDB's own hash aggregate runs over them when a window closes. Complete (DISTINCT,
// ORDER BY, any function), but state grows with the rows of the window and overlapping windows aggregate rows again.

#include "engine/window/pane.h"

namespace deltastream::engine {

std::unique_ptr<PaneFactory> make_row_pane_factory(std::shared_ptr<const AggregationLayout> layout);

}  // namespace deltastream::engine

#include "engine/window/aggregation_spec.h"

#include "duckdb/main/connection.hpp"

namespace deltastream::engine {

Result<std::shared_ptr<const WindowAggregation>> make_window_aggregation(AggregationSpec spec) {
  return unsupported("aggregation over windows: " + spec.text);
}

}  // namespace deltastream::engine

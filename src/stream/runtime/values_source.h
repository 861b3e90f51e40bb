#pragma once
// The rows of a VALUES list as a source with one split. Thread-safe as endpoint.h says.

#include "engine/stream_plan.h"
#include "stream/endpoint.h"

namespace deltastream::stream {

// `node` must outlive the source.
std::unique_ptr<Source> make_values_source(const engine::PlanNode& node, size_t batch_rows);

}  // namespace deltastream::stream

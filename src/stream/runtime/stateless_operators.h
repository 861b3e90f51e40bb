#pragma once
// Filter, projection, expansion and the probe of a joined side: links without state.

#include "engine/stream_plan.h"
#include "stream/runtime/operator.h"

namespace deltastream::stream {

Result<std::unique_ptr<Operator>> make_filter(const engine::Filter& filter, std::unique_ptr<Operator> next);
Result<std::unique_ptr<Operator>> make_projection(const engine::Projection& projection, std::unique_ptr<Operator> next);
// Also the probe of a join.
std::unique_ptr<Operator> make_expand(std::unique_ptr<engine::ExpandExecutor> executor, std::unique_ptr<Operator> next);

}  // namespace deltastream::stream

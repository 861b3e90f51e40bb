#pragma once
// Operator graphs as pictures. Pure.

#include <memory>
#include <string>
#include <vector>

#include "engine/stream_plan.h"

namespace deltastream::cli {

// One SVG document with the tree of each plan, sources on the left, the sink on the right.
std::string graph_svg(const std::vector<std::shared_ptr<const engine::StreamPlan>>& plans, const std::vector<std::string>& sinks);

}  // namespace deltastream::cli

#pragma once
// How far the splits of a part have moved since the last checkpoint: what its sink writes into its commit. Pure.

#include <map>
#include <string>
#include <vector>

#include "stream/graph/inputs.h"

namespace deltastream::stream {

// Only of sources whose rows reach the sink one by one. A table read at several places of the part is as far as the slowest.
std::map<std::string, std::map<std::string, SplitPosition>> moved_offsets(const Inputs& inputs, size_t part,
                                                                          const std::vector<SplitState>& before,
                                                                          const std::vector<SplitState>& after);

}  // namespace deltastream::stream

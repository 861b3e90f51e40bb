#pragma once
// The bounded sides of broadcast joins: read completely, in this thread, before any stream starts. Not part of checkpoints: a
// job that is started again reads them again.

#include <functional>
#include <map>
#include <memory>

#include "stream/graph/inputs.h"

namespace deltastream::stream {

using JoinTables = std::map<const engine::PlanNode*, std::shared_ptr<engine::JoinTable>>;

// Builds the tables of all joins of the plan. `stopped` is asked between batches; cancelled when it says so.
Status build_join_tables(const engine::PlanNode& root, const Inputs& inputs, const std::function<bool()>& stopped, JoinTables& tables);

}  // namespace deltastream::stream

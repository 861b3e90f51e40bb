#pragma once
// The answers to SHOW and DESCRIBE in a pipeline file.

#include <string>

#include "common/result.h"
#include "engine/script.h"
#include "engine/stream_plan.h"

namespace deltastream::cli {

// All but SHOW FUNCTIONS is pure.
Result<std::string> show_text(const engine::ShowStatement& show, const engine::Catalog& catalog);
std::string describe_table(const engine::DescribeStatement& describe, const engine::TableDefinition& table);
std::string describe_view(const engine::DescribeStatement& describe, const engine::ViewDefinition& view, const engine::StreamPlan& plan);

}  // namespace deltastream::cli

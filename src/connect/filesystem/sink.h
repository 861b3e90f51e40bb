#pragma once
// Files as a sink: part files that appear with the checkpoint that holds their rows. A writer's files are written and
// synced under names that begin with "."; commit() renames them, and repeating it finds them renamed. The newest epoch
// stands in "_deltastream/<pipeline>.<sink>". Thread rule and failures as stream/endpoint.h says.

#include <memory>

#include "connect/table.h"

namespace deltastream::connect::filesystem {

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const Options& options,
                                                const ConnectorContext& context);

}  // namespace deltastream::connect::filesystem

#pragma once
// A Delta table as a source: the files of one version, each a split, and after them the log as one split that never ends.
// A job that goes on keeps the version it started with. Thread rule and failures as stream/endpoint.h says.

#include <memory>

#include "connect/table.h"

namespace deltastream::connect::delta_table {

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context);

}  // namespace deltastream::connect::delta_table

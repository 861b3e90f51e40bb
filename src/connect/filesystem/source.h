#pragma once
// Files as a source: each file is a split, in the order of their names; bounded, or watching for new files. A file must be
// complete when it appears. Thread rule and failures as stream/endpoint.h says.

#include <memory>

#include "connect/table.h"

namespace deltastream::connect::filesystem {

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context);

}  // namespace deltastream::connect::filesystem

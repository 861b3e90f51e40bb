#pragma once
// A Delta table as a sink. Writers make files that are part of no version; commit() adds those of one epoch in one version,
// together with the transaction "<pipeline>/<sink>" = epoch and one "<pipeline>/<sink>/<source>/<split>" = next offset for each
// split that moved. What the log holds is never added again. An epoch without rows makes no version, so the log may tell
// an older epoch than the checkpoint: committing those in between again does nothing.
// Thread rule and failures as stream/endpoint.h says.

#include <memory>

#include "connect/table.h"

namespace deltastream::connect::delta_table {

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const Options& options, const ConnectorContext& context);

}  // namespace deltastream::connect::delta_table

#pragma once
// A Kafka topic as a sink. At least once: prepare() waits until the broker has every record. Exactly once: prepare() returns
// the records themselves, so that they stand in the checkpoint, and commit() writes them in one transaction with the epoch.
// Thread rule and failures as stream/endpoint.h says.

#include <memory>

#include "connect/table.h"

namespace deltastream::connect::kafka {

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const Options& options, const ConnectorContext& context);

}  // namespace deltastream::connect::kafka

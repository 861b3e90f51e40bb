#pragma once
// Kafka topics as a source: each partition is a split "topic-3", read at the offsets of our own checkpoints. One client for
// all partitions; no consumer group is joined. Thread rule and failures as stream/endpoint.h says.

#include <memory>

#include "connect/table.h"

namespace deltastream::connect::kafka {

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context);

}  // namespace deltastream::connect::kafka

#pragma once
// What source and sink read alike of a Kafka table's options. Pure but for warnings in the log.

#include "connect/kafka/properties.h"
#include "connect/kafka/topics.h"
#include "connect/table.h"

namespace deltastream::connect::kafka {

// 'topic' (several divided by ';') or 'topic-pattern'; invalid argument when it is both or neither.
Result<TopicSelection> topic_selection(const Options& options);

// 'properties.*'; those that mean nothing here are named in one warning.
Result<ClientProperties> client_properties(const std::string& table, const Options& options, const ConnectorContext& context);

}  // namespace deltastream::connect::kafka

#pragma once
// A partition as the connector itself fetches it.

#include "connect/kafka/fetch/fetcher.h"
#include "connect/kafka/record_stream.h"

namespace deltastream::connect::kafka::fetch {

// `values_only`: records come without keys and headers, and their values can be decoded where they stand.
std::unique_ptr<RecordStream> open_fetch_stream(std::shared_ptr<Fetcher> fetcher, const TopicPartition& partition, int64_t offset,
                                                bool values_only = false);

}  // namespace deltastream::connect::kafka::fetch

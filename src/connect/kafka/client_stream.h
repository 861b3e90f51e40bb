#pragma once
// A partition as librdkafka fetches it: with every security setting and every property that it has.

#include "connect/kafka/record_stream.h"

namespace deltastream::connect::kafka {

// Whether its records tell the epoch of their leader.
#if RD_KAFKA_VERSION >= 0x020100ff
inline constexpr bool kClientTellsLeaderEpoch = true;
#else
inline constexpr bool kClientTellsLeaderEpoch = false;
#endif

Result<std::unique_ptr<RecordStream>> open_client_stream(std::shared_ptr<Client> client, const TopicPartition& partition, int64_t offset);

}  // namespace deltastream::connect::kafka

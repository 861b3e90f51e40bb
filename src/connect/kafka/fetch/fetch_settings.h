#pragma once
// What the properties of a table mean for fetching by the connector itself. Pure function.

#include <optional>
#include <string>

#include "connect/kafka/fetch/messages.h"
#include "connect/kafka/properties.h"

namespace deltastream::connect::kafka::fetch {

enum class OffsetReset { kError, kEarliest, kLatest };

struct FetchSettings {
  std::string client_id = "rdkafka";
  FetchLimits limits;
  BatchRules rules;
  OffsetReset reset = OffsetReset::kError;
  size_t max_answer_bytes = 100'000'000;
  size_t ahead_bytes = 0;  // of one partition, fetched but not read; 0: as is best for all of them
  int connect_timeout_ms = 30'000, io_timeout_ms = 60'000;
  int reconnect_ms = 100, reconnect_max_ms = 10'000;
  int unknown_topic_ms = 30'000;  // how long a topic may be unknown before it is taken for deleted
};

// nullopt: librdkafka has to fetch, because of the property named in `why`.
std::optional<FetchSettings> fetch_settings(const ClientProperties& properties, std::string& why);

}  // namespace deltastream::connect::kafka::fetch

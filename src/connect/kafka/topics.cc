#include "connect/kafka/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "connect/kafka/errors.h"

namespace deltastream::connect::kafka {
namespace {

struct MetadataDeleter {
  void operator()(const struct rd_kafka_metadata* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using MetadataHandle = std::unique_ptr<const struct rd_kafka_metadata, MetadataDeleter>;

// `topic` null: all topics.
Result<MetadataHandle> fetch_metadata(Client& client, rd_kafka_topic_t* topic, const std::string& what) {
  const struct rd_kafka_metadata* metadata = nullptr;
  DS_RETURN_IF_ERROR(client.call(what, [&](int timeout_ms) {
    metadata = nullptr;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client.handle(), topic == nullptr, topic, &metadata, timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || !topic) return code;
    // A topic that is just being created has no leader, or is not known to this broker yet (producers create on demand).
    const auto topic_code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    const bool being_created = topic_code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART && rd_kafka_type(client.handle()) == RD_KAFKA_PRODUCER;
    if (!is_passing(topic_code) && !being_created) return code;
    rd_kafka_metadata_destroy(metadata);
    metadata = nullptr;
    return being_created ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE : topic_code;
  }));
  return MetadataHandle(metadata);
}

Result<MetadataHandle> topic_metadata(Client& client, const std::string& name) {
  TopicHandle topic(rd_kafka_topic_new(client.handle(), name.c_str(), nullptr));
  const std::string what = fmt::format("reading the partitions of topic '{}'", name);
  if (!topic) return kafka_error(rd_kafka_last_error(), what);
  DS_ASSIGN_OR_RETURN(MetadataHandle metadata, fetch_metadata(client, topic.get(), what));
  const auto code = metadata->topics[0].err;
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
    return not_found(fmt::format("Kafka at '{}' has no topic '{}'; create it, or correct the option 'topic'", client.servers(), name));
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, what);
  return metadata;
}

void append_partitions(const rd_kafka_metadata_topic& topic, std::vector<TopicPartition>& result) {
  for (int i = 0; i < topic.partition_cnt; i++) result.push_back({topic.topic, topic.partitions[i].id});
}

}  // namespace

std::string TopicPartition::name() const { return fmt::format("{}-{}", topic, partition); }

std::optional<TopicPartition> parse_topic_partition(const std::string& name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string::npos || dash == 0) return std::nullopt;
  TopicPartition result{name.substr(0, dash), 0};
  const char* end = name.data() + name.size();
  auto [stop, error] = std::from_chars(name.data() + dash + 1, end, result.partition);
  if (error != std::errc() || stop != end || result.partition < 0) return std::nullopt;
  return result;
}

Status check_pattern(const std::string& pattern) {
  try {
    std::regex checked(pattern);
  } catch (const std::regex_error& error) {
    return invalid_argument(fmt::format("option 'topic-pattern' = '{}' is no regular expression: {}", pattern, error.what()));
  }
  return {};
}

Result<std::vector<TopicPartition>> list_partitions(Client& client, const TopicSelection& topics) {
  std::vector<TopicPartition> result;
  for (const std::string& name : topics.names) {
    DS_ASSIGN_OR_RETURN(MetadataHandle metadata, topic_metadata(client, name));
    append_partitions(metadata->topics[0], result);
  }
  if (!topics.pattern.empty()) {
    DS_ASSIGN_OR_RETURN(MetadataHandle metadata, fetch_metadata(client, nullptr, "listing the topics"));
    const std::regex pattern(topics.pattern);
    for (int i = 0; i < metadata->topic_cnt; i++) {
      const rd_kafka_metadata_topic& topic = metadata->topics[i];
      const std::string_view name = topic.topic;
      if (name.substr(0, 2) != "__" && std::regex_match(name.begin(), name.end(), pattern)) append_partitions(topic, result);
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

Result<int32_t> partition_count(Client& client, const std::string& topic) {
  DS_ASSIGN_OR_RETURN(MetadataHandle metadata, topic_metadata(client, topic));
  return metadata->topics[0].partition_cnt;
}

}  // namespace deltastream::connect::kafka

#pragma once
// Which partitions a table's topics have. Errors: not found when a named topic is not there, permission, unavailable.

#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "connect/kafka/client.h"

namespace deltastream::connect::kafka {

struct TopicPartition {
  std::string topic;
  int32_t partition = 0;
  // "orders-3"
  std::string name() const;
  auto operator<=>(const TopicPartition&) const = default;
};

// Reads name() back: the last '-' divides.
std::optional<TopicPartition> parse_topic_partition(const std::string& name);

struct TopicSelection {
  std::vector<std::string> names;  // or
  std::string pattern;             // a regular expression that the whole name matches; internal topics (__*) never match
};

// invalid argument for a pattern that is no regular expression.
Status check_pattern(const std::string& pattern);
// Sorted by topic and number. A pattern that matches nothing gives no partitions.
Result<std::vector<TopicPartition>> list_partitions(Client& client, const TopicSelection& topics);
// How many partitions the topic has; with a producer, brokers that create topics on demand create it.
Result<int32_t> partition_count(Client& client, const std::string& topic);

}  // namespace deltastream::connect::kafka

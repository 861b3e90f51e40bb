#pragma once
// The offsets of a consumer group: read where a table starts at them, written for those who monitor the group, and where a
// sink keeps its epoch. A client of its own, that joins no group. Thread-safe.

#include <map>
#include <memory>
#include <optional>

#include "connect/kafka/client.h"
#include "connect/kafka/topics.h"

namespace deltastream::connect::kafka {

class GroupOffsets {
 public:
  // `group`: its id.
  static Result<std::unique_ptr<GroupOffsets>> create(const std::string& table, const ClientProperties& properties,
                                                      const std::string& group, const Environment& environment);
  // The next offset to read, nullopt when the group has none for this partition.
  Result<std::optional<int64_t>> read(const TopicPartition& partition);
  // Best effort: waits for nothing; what goes wrong becomes a line of the debug log.
  void write_later(const std::map<TopicPartition, int64_t>& offsets);

 private:
  explicit GroupOffsets(std::shared_ptr<Client> client, std::string group) : client_(std::move(client)), group_(std::move(group)) {}
  const std::shared_ptr<Client> client_;
  const std::string group_;
};

}  // namespace deltastream::connect::kafka

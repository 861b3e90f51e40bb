#include "connect/kafka/group_offsets.h"

#include <fmt/format.h>

#include "connect/kafka/errors.h"

namespace deltastream::connect::kafka {

Result<std::unique_ptr<GroupOffsets>> GroupOffsets::create(const std::string& table, const ClientProperties& properties,
                                                           const std::string& group, const Environment& environment) {
  ClientSettings settings;
  settings.table = table;
  settings.properties = properties;
  settings.forced = {{"group.id", group}, {"enable.auto.commit", "false"}, {"enable.auto.offset.store", "false"}};
  DS_ASSIGN_OR_RETURN(auto client, Client::create(std::move(settings), environment));
  return std::unique_ptr<GroupOffsets>(new GroupOffsets(std::move(client), group));
}

Result<std::optional<int64_t>> GroupOffsets::read(const TopicPartition& partition) {
  PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* entry = rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
  const std::string what = fmt::format("reading the offset of group '{}' in {}", group_, partition.name());
  DS_RETURN_IF_ERROR(client_->call(what, [&](int timeout_ms) {
    const auto code = rd_kafka_committed(client_->handle(), list.get(), timeout_ms);
    return code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : entry->err;
  }));
  if (entry->offset < 0) return std::optional<int64_t>();
  return std::optional<int64_t>(entry->offset);
}

void GroupOffsets::write_later(const std::map<TopicPartition, int64_t>& offsets) {
  if (offsets.empty()) return;
  PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset = offset;
  }
  const auto code = rd_kafka_commit(client_->handle(), list.get(), 1);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const std::string why = kafka_error(code, fmt::format("table '{}': writing the offsets of group '{}'", client_->table(), group_)).message();
    client_->environment().logger->log(LogLevel::kDebug, why);
  }
  client_->serve();
}

}  // namespace deltastream::connect::kafka

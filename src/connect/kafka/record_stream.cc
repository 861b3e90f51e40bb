#include "connect/kafka/record_stream.h"

#include <fmt/format.h>

#include "connect/kafka/offsets.h"

namespace deltastream::connect::kafka {

Error topic_gone(const TopicPartition& partition, int64_t offset) {
  return not_found(fmt::format("topic '{}', partition {} is not there any more; it was read up to offset {}", partition.topic, partition.partition,
                               offset));
}

Error offset_gone(Client& client, const TopicPartition& partition, int64_t offset) {
  auto range = offset_range(client, partition);
  const std::string held = range.ok() ? fmt::format("; the topic holds {} up to {}", range->low, range->high) : "";
  return corrupt(fmt::format("topic '{}', partition {} has no offset {} any more{}: its records were deleted before they were read, or the "
                             "topic was created anew; start a new pipeline, or set 'properties.auto.offset.reset' to go on with a gap",
                             partition.topic, partition.partition, offset, held));
}

}  // namespace deltastream::connect::kafka

#pragma once
// The messages of one partition in the order of their offsets: fetched by librdkafka (client_stream.h) or by the connector itself
// (fetch/fetch_stream.h). One thread at a time.

#include <memory>
#include <optional>
#include <span>

#include "connect/kafka/client.h"
#include "connect/kafka/record.h"
#include "connect/kafka/topics.h"

namespace deltastream::connect::kafka {

class RecordStream {
 public:
  virtual ~RecordStream() = default;
  // Up to `limit` records that come next; waits at most `wait_ms` for the first. They live until the next call. Marks of transactions
  // and what was given up with one are passed over.
  // Errors: not found when the topic is deleted, corrupt when the position is not there any more, unsupported when the records can be
  // read through librdkafka only (the position says from where).
  virtual Result<std::span<const Record>> next(size_t limit, int wait_ms) = 0;
  // Behind everything given or passed over so far.
  virtual int64_t position() const = 0;
  // Where the partition ended when its broker told last.
  virtual std::optional<int64_t> end_offset() const = 0;
};

// What both make of the same troubles, at the offset that was asked for.
Error topic_gone(const TopicPartition& partition, int64_t offset);
Error offset_gone(Client& client, const TopicPartition& partition, int64_t offset);

}  // namespace deltastream::connect::kafka

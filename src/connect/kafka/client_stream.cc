#include "connect/kafka/client_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "connect/kafka/errors.h"

namespace deltastream::connect::kafka {
namespace {

struct QueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};

// Messages of one fetch; they live until the next.
class MessageBatch {
 public:
  ~MessageBatch() { clear(); }
  // Up to `limit` messages that are there, or the first that comes within `wait_ms`.
  void fetch(rd_kafka_queue_t* queue, size_t limit, int wait_ms) {
    clear();
    messages_.resize(limit);
    size_t count = take(queue, 0, limit);
    if (count == 0) {
      if (rd_kafka_message_t* first = rd_kafka_consume_queue(queue, wait_ms)) {
        messages_[0] = first;
        count = 1 + take(queue, 1, limit);
      }
    }
    messages_.resize(count);
  }
  const std::vector<rd_kafka_message_t*>& all() const { return messages_; }

 private:
  size_t take(rd_kafka_queue_t* queue, size_t from, size_t limit) {
    if (from == limit) return 0;
    const ssize_t got = rd_kafka_consume_batch_queue(queue, 0, messages_.data() + from, limit - from);
    return got < 0 ? 0 : static_cast<size_t>(got);
  }
  void clear() {
    for (rd_kafka_message_t* message : messages_) rd_kafka_message_destroy(message);
    messages_.clear();
  }
  std::vector<rd_kafka_message_t*> messages_;
};

Record as_record(const rd_kafka_message_t& message) {
  Record record;
  record.offset = message.offset;
  record.key = static_cast<const char*>(message.key);
  record.key_size = static_cast<uint32_t>(message.key_len);
  record.value = static_cast<const char*>(message.payload);
  record.value_size = static_cast<uint32_t>(message.len);
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp_ms = rd_kafka_message_timestamp(&message, &type);
  if (type == RD_KAFKA_TIMESTAMP_CREATE_TIME) record.timestamp_type = TimestampType::kCreateTime;
  if (type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME) record.timestamp_type = TimestampType::kLogAppendTime;
#if RD_KAFKA_VERSION >= 0x020100ff
  record.leader_epoch = rd_kafka_message_leader_epoch(&message);
#endif
  record.message = &message;
  return record;
}

class ClientStream final : public RecordStream {
 public:
  ClientStream(std::shared_ptr<Client> client, const TopicPartition& partition, int64_t offset)
      : client_(std::move(client)), partition_(partition), next_(offset) {}
  ~ClientStream() override {
    if (started_) rd_kafka_consume_stop(topic_.get(), partition_.partition);
  }

  Status start() {
    topic_.reset(rd_kafka_topic_new(client_->handle(), partition_.topic.c_str(), nullptr));
    if (!topic_) return kafka_error(rd_kafka_last_error(), partition_.name());
    queue_.reset(rd_kafka_queue_new(client_->handle()));
    if (rd_kafka_consume_start_queue(topic_.get(), partition_.partition, next_, queue_.get()) != 0) {
      return kafka_error(rd_kafka_last_error(), fmt::format("reading {} from offset {}", partition_.name(), next_));
    }
    started_ = true;
    return {};
  }

  Result<std::span<const Record>> next(size_t limit, int wait_ms) override {
    batch_.fetch(queue_.get(), limit, wait_ms);
    records_.clear();
    for (const rd_kafka_message_t* message : batch_.all()) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        DS_RETURN_IF_ERROR(take_event(*message));
      } else if (message->offset >= next_) {
        next_ = message->offset + 1;
        records_.push_back(as_record(*message));
      }
    }
    if (!batch_.all().empty()) client_->note_alive();
    return std::span<const Record>(records_);
  }

  int64_t position() const override { return next_; }

  std::optional<int64_t> end_offset() const override {
    int64_t low = 0, high = 0;
    const auto code = rd_kafka_get_watermark_offsets(client_->handle(), partition_.topic.c_str(), partition_.partition, &low, &high);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? std::optional(high) : std::nullopt;
  }

 private:
  Status take_event(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      // Behind the last message there may be marks of transactions, which have offsets too.
      next_ = std::max(next_, message.offset);
      return {};
    }
    if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
      return offset_gone(*client_, partition_, next_);
    }
    const std::string reason = rd_kafka_message_errstr(&message) ? rd_kafka_message_errstr(&message) : "";
    if (is_passing(message.err)) {
      client_->environment().logger->log(LogLevel::kInfo, fmt::format("table '{}', {}: {}", client_->table(), partition_.name(), reason));
      return {};
    }
    Error error = kafka_error(message.err, fmt::format("reading {} at offset {}", partition_.name(), next_));
    if (error.kind() == ErrorKind::kNotFound) return topic_gone(partition_, next_);
    return error;
  }

  const std::shared_ptr<Client> client_;
  const TopicPartition partition_;
  TopicHandle topic_;
  std::unique_ptr<rd_kafka_queue_t, QueueDeleter> queue_;
  bool started_ = false;
  MessageBatch batch_;
  std::vector<Record> records_;  // views of batch_
  int64_t next_;
};

}  // namespace

Result<std::unique_ptr<RecordStream>> open_client_stream(std::shared_ptr<Client> client, const TopicPartition& partition, int64_t offset) {
  auto stream = std::make_unique<ClientStream>(std::move(client), partition, offset);
  DS_RETURN_IF_ERROR(stream->start());
  return std::unique_ptr<RecordStream>(std::move(stream));
}

}  // namespace deltastream::connect::kafka

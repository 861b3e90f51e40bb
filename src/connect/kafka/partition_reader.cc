#include "connect/kafka/partition_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "connect/kafka/errors.h"
#include "connect/kafka/offsets.h"

namespace deltastream::connect::kafka {
namespace {

constexpr int kIdleWaitMs = 10;
constexpr int64_t kLagEveryUs = 100'000;

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

class PartitionReader final : public stream::SplitReader {
 public:
  PartitionReader(std::shared_ptr<Client> client, std::shared_ptr<ReaderTotals> totals, const PartitionStart& start,
                  std::unique_ptr<RecordDecoder> decoder, const stream::SourceRequest& request)
      : client_(std::move(client)),
        totals_(std::move(totals)),
        partition_(start.partition),
        end_(start.end),
        batch_rows_(std::min(request.batch_rows, kChunkRows)),
        metrics_(request.metrics),
        decoder_(std::move(decoder)),
        next_(start.offset) {
    totals_->readers++;
  }

  ~PartitionReader() override {
    if (started_) rd_kafka_consume_stop(topic_.get(), partition_.partition);
    totals_->readers--;
    totals_->lag -= own_lag_;
  }

  Status start() {
    if (ended()) return {};
    topic_.reset(rd_kafka_topic_new(client_->handle(), partition_.topic.c_str(), nullptr));
    if (!topic_) return kafka_error(rd_kafka_last_error(), partition_.name());
    queue_.reset(rd_kafka_queue_new(client_->handle()));
    if (rd_kafka_consume_start_queue(topic_.get(), partition_.partition, next_, queue_.get()) != 0) {
      return kafka_error(rd_kafka_last_error(), fmt::format("reading {} from offset {}", partition_.name(), next_));
    }
    started_ = true;
    return {};
  }

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    if (ended()) return stream::ReadState::kEnd;
    // One reader of many in a thread must not hold up the others.
    const int wait_ms = std::max(1, kIdleWaitMs / std::max(1, totals_->readers.load(std::memory_order_relaxed)));
    batch_.fetch(queue_.get(), std::min<size_t>(batch_rows_, out.GetCapacity()), wait_ms);
    DS_RETURN_IF_ERROR(take_messages());
    if (!values_.empty()) {
      DS_RETURN_IF_ERROR(decoder_->decode(values_, out));
      if (metrics_) metrics_->rows += out.size();
    }
    update_lag();
    if (ended()) return stream::ReadState::kEnd;
    if (!batch_.all().empty()) return stream::ReadState::kData;
    client_->serve();
    return stream::ReadState::kIdle;
  }

  stream::SplitPosition position() const override { return {next_, end_state(end_)}; }

 private:
  bool ended() const { return end_ && next_ >= *end_; }

  // Sorts what came into values to decode and notes about the partition.
  Status take_messages() {
    values_.clear();
    uint64_t bytes = 0;
    for (rd_kafka_message_t* message : batch_.all()) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        DS_RETURN_IF_ERROR(take_event(*message));
        continue;
      }
      if (message->offset < next_ || ended()) continue;
      next_ = message->offset + 1;
      // Compaction may have taken the last ones before the end.
      if (end_ && message->offset >= *end_) continue;
      // No value: a deletion mark of a compacted topic, which is no row.
      if (message->payload) values_.push_back(message);
      bytes += message->len + message->key_len;
    }
    if (!batch_.all().empty()) client_->note_alive();
    if (metrics_) metrics_->bytes += bytes;
    return {};
  }

  Status take_event(const rd_kafka_message_t& message) {
    if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      // Behind the last message there may be marks of transactions, which have offsets too.
      next_ = std::max(next_, message.offset);
      return {};
    }
    if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message.err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) return offset_gone();
    const std::string reason = rd_kafka_message_errstr(&message) ? rd_kafka_message_errstr(&message) : "";
    if (is_passing(message.err)) {
      client_->environment().logger->log(LogLevel::kInfo, fmt::format("table '{}', {}: {}", client_->table(), partition_.name(), reason));
      return {};
    }
    Error error = kafka_error(message.err, fmt::format("reading {} at offset {}", partition_.name(), next_));
    if (error.kind() == ErrorKind::kNotFound) {
      return not_found(fmt::format("topic '{}', partition {} is not there any more; it was read up to offset {}", partition_.topic,
                                   partition_.partition, next_));
    }
    return error;
  }

  Status offset_gone() {
    auto range = offset_range(*client_, partition_);
    const std::string held = range.ok() ? fmt::format("; the topic holds {} up to {}", range->low, range->high) : "";
    return corrupt(fmt::format("topic '{}', partition {} has no offset {} any more{}: its records were deleted before they were read, or the "
                               "topic was created anew; start a new pipeline, or set 'properties.auto.offset.reset' to go on with a gap",
                               partition_.topic, partition_.partition, next_, held));
  }

  void update_lag() {
    const int64_t now = client_->environment().clock->steady_us();
    if (!metrics_ || (now - lag_at_ < kLagEveryUs && !ended())) return;
    lag_at_ = now;
    int64_t low = 0, high = 0;
    if (rd_kafka_get_watermark_offsets(client_->handle(), partition_.topic.c_str(), partition_.partition, &low, &high) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      return;
    }
    const int64_t goal = end_ ? *end_ : high;
    const int64_t lag = std::max<int64_t>(0, goal - next_);
    metrics_->lag = totals_->lag += lag - own_lag_;
    own_lag_ = lag;
  }

  const std::shared_ptr<Client> client_;
  const std::shared_ptr<ReaderTotals> totals_;
  const TopicPartition partition_;
  const std::optional<int64_t> end_;
  const size_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
  const std::unique_ptr<RecordDecoder> decoder_;
  TopicHandle topic_;
  std::unique_ptr<rd_kafka_queue_t, QueueDeleter> queue_;
  bool started_ = false;
  MessageBatch batch_;
  std::vector<rd_kafka_message_t*> values_;  // of batch_, those with a value
  int64_t next_;
  int64_t lag_at_ = 0, own_lag_ = 0;
};

}  // namespace

std::string end_state(const std::optional<int64_t>& end) { return end ? fmt::format("end={}", *end) : ""; }

Result<std::optional<int64_t>> parse_end_state(const std::string& state) {
  if (state.empty()) return std::optional<int64_t>();
  int64_t end = 0;
  const char* last = state.data() + state.size();
  if (state.size() > 4 && state.compare(0, 4, "end=") == 0) {
    auto [stop, error] = std::from_chars(state.data() + 4, last, end);
    if (error == std::errc() && stop == last) return std::optional<int64_t>(end);
  }
  return corrupt(fmt::format("the state '{}' of a Kafka partition is none", state));
}

Result<std::unique_ptr<stream::SplitReader>> open_partition(std::shared_ptr<Client> client, std::shared_ptr<ReaderTotals> totals,
                                                            const PartitionStart& start, std::unique_ptr<RecordDecoder> decoder,
                                                            const stream::SourceRequest& request) {
  auto reader = std::make_unique<PartitionReader>(std::move(client), std::move(totals), start, std::move(decoder), request);
  DS_RETURN_IF_ERROR(reader->start());
  return std::unique_ptr<stream::SplitReader>(std::move(reader));
}

}  // namespace deltastream::connect::kafka

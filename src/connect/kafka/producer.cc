#include "connect/kafka/producer.h"

#include <fmt/format.h>

#include "connect/kafka/errors.h"
#include "connect/kafka/topics.h"

namespace deltastream::connect::kafka {
namespace {

constexpr int kQueueWaitMs = 20;
constexpr int kFlushStepMs = 200;

}  // namespace

Result<std::unique_ptr<Producer>> Producer::create(ProducerSettings settings, const Environment& environment) {
  std::unique_ptr<Producer> producer(new Producer());
  producer->settings_ = std::move(settings);
  const ProducerSettings& own = producer->settings_;
  ClientSettings client;
  client.type = RD_KAFKA_PRODUCER;
  client.table = own.table;
  client.properties = own.properties;
  // Retries keep the order and double nothing; the hash of keys is the Java client's.
  client.defaults = {{"enable.idempotence", "true"}, {"partitioner", "murmur2_random"}, {"linger.ms", "5"}};
  client.forced = {{"delivery.report.only.error", "true"}};
  if (!own.transactional_id.empty()) client.forced["transactional.id"] = own.transactional_id;
  client.undelivered = [self = producer.get()](const rd_kafka_message_t& message) { self->note_undelivered(message); };
  DS_ASSIGN_OR_RETURN(producer->client_, Client::create(std::move(client), environment));
  DS_ASSIGN_OR_RETURN(producer->partitions_, partition_count(*producer->client_, own.topic));
  producer->topic_.reset(rd_kafka_topic_new(producer->client_->handle(), own.topic.c_str(), nullptr));
  return producer;
}

void Producer::note_undelivered(const rd_kafka_message_t& message) {
  std::lock_guard lock(mutex_);
  // Purged ones follow from an error that was told before.
  if (failure_ || message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) return;
  failure_ = kafka_error(message.err, fmt::format("writing to topic '{}' at '{}'", settings_.topic, client_ ? client_->servers() : ""));
  failed_ = true;
}

Status Producer::failure() const {
  if (!failed_) return {};
  std::lock_guard lock(mutex_);
  return failure_ ? Status(*failure_) : Status();  // forgotten meanwhile
}

void Producer::forget_failures() {
  std::lock_guard lock(mutex_);
  failure_.reset();
  failed_ = false;
}

int32_t Producer::choose_partition(size_t subtask) {
  switch (settings_.partitioner) {
    case Partitioner::kFixed: return static_cast<int32_t>(subtask % static_cast<size_t>(partitions_));
    case Partitioner::kRoundRobin: return static_cast<int32_t>(turn_++ % static_cast<uint32_t>(partitions_));
    case Partitioner::kDefault: break;
  }
  return RD_KAFKA_PARTITION_UA;
}

Status Producer::send(const OutgoingRecord& record, size_t subtask) {
  const int32_t partition = choose_partition(subtask);
  const char* key = record.key ? record.key->data() : nullptr;
  const size_t key_size = record.key ? record.key->size() : 0;
  for (;;) {
    DS_RETURN_IF_ERROR(failure());
    rd_kafka_headers_t* headers = record.headers.empty() ? nullptr : rd_kafka_headers_new(record.headers.size());
    for (const auto& header : record.headers) {
      rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()), header.value ? header.value->data() : nullptr,
                          header.value ? static_cast<ssize_t>(header.value->size()) : 0);
    }
    rd_kafka_resp_err_t code = rd_kafka_producev(
        client_->handle(), RD_KAFKA_V_RKT(topic_.get()), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_KEY(key, key_size),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms.value_or(0)), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (headers) rd_kafka_headers_destroy(headers);
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      DS_RETURN_IF_ERROR(client_->fatal());
      return kafka_error(code, fmt::format("writing to topic '{}'", settings_.topic));
    }
    client_->serve(kQueueWaitMs);
  }
}

Status Producer::flush() {
  for (;;) {
    const auto code = rd_kafka_flush(client_->handle(), kFlushStepMs);
    DS_RETURN_IF_ERROR(failure());
    DS_RETURN_IF_ERROR(client_->fatal());
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    // Records that the broker does not take run into their own time limit (delivery.timeout.ms) and end this.
    if (code != RD_KAFKA_RESP_ERR__TIMED_OUT) return kafka_error(code, fmt::format("writing to topic '{}'", settings_.topic));
  }
}

}  // namespace deltastream::connect::kafka

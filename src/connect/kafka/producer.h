#pragma once
// Writes records to one topic. Thread-safe: shared by the writers of a sink. What was not flushed is discarded with it.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "connect/kafka/client.h"
#include "connect/kafka/record_encoder.h"

namespace deltastream::connect::kafka {

enum class Partitioner { kDefault, kFixed, kRoundRobin };

struct ProducerSettings {
  std::string table, topic;
  ClientProperties properties;
  Partitioner partitioner = Partitioner::kDefault;
  std::string transactional_id;  // "": no transactions
};

class Producer {
 public:
  // Makes sure that the topic is there. Errors: not found, permission, unavailable.
  static Result<std::unique_ptr<Producer>> create(ProducerSettings settings, const Environment& environment);

  // Waits while the queue to the broker is full. Errors: those of records written before that could not be delivered.
  Status send(const OutgoingRecord& record, size_t subtask);
  // Returns when the broker has acknowledged everything sent so far.
  Status flush();
  // Forgets the deliveries that failed, which an aborted transaction makes void.
  void forget_failures();

  Client& client() { return *client_; }

 private:
  Producer() = default;
  void note_undelivered(const rd_kafka_message_t& message);
  Status failure() const;
  int32_t choose_partition(size_t subtask);

  ProducerSettings settings_;
  mutable std::mutex mutex_;
  std::optional<Error> failure_;
  std::atomic<bool> failed_{false};
  std::atomic<uint32_t> turn_{0};
  int32_t partitions_ = 1;
  TopicHandle topic_;
  std::shared_ptr<Client> client_;
};

}  // namespace deltastream::connect::kafka

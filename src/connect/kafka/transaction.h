#pragma once
// The records of one checkpoint in one Kafka transaction, together with the checkpoint's epoch as an offset of the group
// that bears the producer's name: both are there or neither. One thread at a time.

#include <functional>
#include <memory>
#include <optional>

#include "connect/kafka/group_offsets.h"
#include "connect/kafka/producer.h"

namespace deltastream::connect::kafka {

class EpochTransactions {
 public:
  // Fences off every other producer of the same transactional id and ends what it left open.
  static Result<std::unique_ptr<EpochTransactions>> create(ProducerSettings settings, const Environment& environment);
  // The newest epoch that is in the topic.
  Result<std::optional<int64_t>> committed();
  // `send` sends all records of the epoch; it is called again when the transaction had to be given up. Does nothing when the
  // epoch is in the topic. Errors: conflict when another instance took over, unavailable when the broker stays away.
  Status commit(int64_t epoch, const std::function<Status(Producer&)>& send);

 private:
  explicit EpochTransactions(ProducerSettings settings) : settings_(std::move(settings)) {}
  Status attempt(int64_t epoch, const std::function<Status(Producer&)>& send, bool& retriable);
  Status store_epoch(int64_t epoch);
  // Repeats a call of the transaction API while librdkafka says that it may be repeated as it is.
  Status step(const std::string& what, const std::function<rd_kafka_error_t*(int timeout_ms)>& call);

  const ProducerSettings settings_;
  std::unique_ptr<Producer> producer_;
  std::unique_ptr<GroupOffsets> epochs_;
  bool abortable_ = false;  // of the last step that failed
};

}  // namespace deltastream::connect::kafka

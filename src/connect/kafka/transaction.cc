#include "connect/kafka/transaction.h"

#include <fmt/format.h>

#include "connect/kafka/errors.h"

namespace deltastream::connect::kafka {
namespace {

// How long a commit waits for a broker that is away before the job ends: as long as a record may wait.
constexpr int64_t kPatienceUs = 300'000'000;
constexpr int kStepMs = 5000;
constexpr int kPauseMs = 200;

struct ErrorDeleter {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};

}  // namespace

Result<std::unique_ptr<EpochTransactions>> EpochTransactions::create(ProducerSettings settings, const Environment& environment) {
  std::unique_ptr<EpochTransactions> made(new EpochTransactions(std::move(settings)));
  const ProducerSettings& own = made->settings_;
  DS_ASSIGN_OR_RETURN(made->producer_, Producer::create(own, environment));
  DS_RETURN_IF_ERROR(made->step("starting transactions", [&](int timeout_ms) {
    return rd_kafka_init_transactions(made->producer_->client().handle(), timeout_ms);
  }));
  DS_ASSIGN_OR_RETURN(made->epochs_, GroupOffsets::create(own.table, own.properties, own.transactional_id, environment));
  return made;
}

Result<std::optional<int64_t>> EpochTransactions::committed() { return epochs_->read({settings_.topic, 0}); }

Status EpochTransactions::step(const std::string& what, const std::function<rd_kafka_error_t*(int timeout_ms)>& call) {
  const Clock& clock = *producer_->client().environment().clock;
  const int64_t deadline = clock.steady_us() + kPatienceUs;
  abortable_ = false;
  for (;;) {
    std::unique_ptr<rd_kafka_error_t, ErrorDeleter> error(call(kStepMs));
    if (!error) return {};
    const auto code = rd_kafka_error_code(error.get());
    if (rd_kafka_error_is_retriable(error.get()) && clock.steady_us() < deadline) {
      producer_->client().serve(kPauseMs);
      continue;
    }
    abortable_ = rd_kafka_error_txn_requires_abort(error.get()) != 0;
    const std::string text = fmt::format("{} of '{}': {}", what, settings_.transactional_id, rd_kafka_error_string(error.get()));
    if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED) {
      return conflict(text + "; another instance of this pipeline writes to the topic");
    }
    return kafka_error(code, text);
  }
}

Status EpochTransactions::store_epoch(int64_t epoch) {
  PartitionList list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), settings_.topic.c_str(), 0)->offset = epoch;
  std::unique_ptr<rd_kafka_consumer_group_metadata_t, void (*)(rd_kafka_consumer_group_metadata_t*)> group(
      rd_kafka_consumer_group_metadata_new(settings_.transactional_id.c_str()), rd_kafka_consumer_group_metadata_destroy);
  return step("storing the epoch", [&](int timeout_ms) {
    return rd_kafka_send_offsets_to_transaction(producer_->client().handle(), list.get(), group.get(), timeout_ms);
  });
}

Status EpochTransactions::attempt(int64_t epoch, const std::function<Status(Producer&)>& send, bool& retriable) {
  rd_kafka_t* handle = producer_->client().handle();
  retriable = false;
  DS_RETURN_IF_ERROR(step("beginning a transaction", [&](int) { return rd_kafka_begin_transaction(handle); }));
  Status done = send(*producer_);
  if (done.ok()) done = producer_->flush();
  if (done.ok()) done = store_epoch(epoch);
  if (done.ok()) done = step("committing a transaction", [&](int timeout_ms) { return rd_kafka_commit_transaction(handle, timeout_ms); });
  if (done.ok() || done.error().kind() == ErrorKind::kConflict || !producer_->client().fatal().ok()) return done;
  retriable = done.error().kind() == ErrorKind::kUnavailable || abortable_;
  DS_RETURN_IF_ERROR(step("giving up a transaction", [&](int timeout_ms) { return rd_kafka_abort_transaction(handle, timeout_ms); }));
  producer_->forget_failures();
  return done;
}

Status EpochTransactions::commit(int64_t epoch, const std::function<Status(Producer&)>& send) {
  const Clock& clock = *producer_->client().environment().clock;
  const int64_t deadline = clock.steady_us() + kPatienceUs;
  for (;;) {
    DS_ASSIGN_OR_RETURN(auto newest, committed());
    if (newest && *newest >= epoch) return {};
    bool retriable = false;
    Status done = attempt(epoch, send, retriable);
    if (done.ok() || !retriable || clock.steady_us() >= deadline) return done;
  }
}

}  // namespace deltastream::connect::kafka

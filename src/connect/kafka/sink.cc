#include "connect/kafka/sink.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "connect/kafka/held_records.h"
#include "connect/kafka/topic_options.h"
#include "connect/kafka/transaction.h"

namespace deltastream::connect::kafka {
namespace {

// What one task may hold for one checkpoint of an exactly-once sink.
constexpr size_t kMostHeldBytes = size_t{512} << 20;

enum class Guarantee { kNone, kAtLeastOnce, kExactlyOnce };

struct SinkSettings {
  engine::TableDefinition table;
  RecordLayout layout;
  ProducerSettings producer;
  Guarantee guarantee = Guarantee::kAtLeastOnce;
};

class SendingWriter final : public stream::SinkWriter {
 public:
  SendingWriter(std::unique_ptr<RecordEncoder> encoder, Producer& producer, size_t subtask, bool wait)
      : encoder_(std::move(encoder)), producer_(producer), subtask_(subtask), wait_(wait) {}
  Status write(DataChunk& rows) override {
    DS_RETURN_IF_ERROR(encoder_->encode(rows, [this](const OutgoingRecord& record) { return producer_.send(record, subtask_); }));
    producer_.client().serve();
    return {};
  }
  Result<std::string> prepare(int64_t) override {
    if (wait_) DS_RETURN_IF_ERROR(producer_.flush());
    return std::string();
  }

 private:
  const std::unique_ptr<RecordEncoder> encoder_;
  Producer& producer_;
  const size_t subtask_;
  const bool wait_;
};

class HoldingWriter final : public stream::SinkWriter {
 public:
  HoldingWriter(std::unique_ptr<RecordEncoder> encoder, const std::string& table) : encoder_(std::move(encoder)), table_(table) {}
  Status write(DataChunk& rows) override {
    DS_RETURN_IF_ERROR(encoder_->encode(rows, [this](const OutgoingRecord& record) {
      append_record(record, held_);
      return Status();
    }));
    if (held_.size() <= kMostHeldBytes) return {};
    return resource(fmt::format("table '{}': more than {} MiB were to be written between two checkpoints; with 'sink.delivery-guarantee' = "
                                "'exactly-once' they are held until then: shorten 'execution.checkpointing.interval'",
                                table_, kMostHeldBytes >> 20));
  }
  Result<std::string> prepare(int64_t) override { return std::exchange(held_, std::string()); }

 private:
  const std::unique_ptr<RecordEncoder> encoder_;
  const std::string table_;
  std::string held_;
};

class KafkaSink final : public stream::Sink {
 public:
  KafkaSink(SinkSettings settings, const Environment& environment) : settings_(std::move(settings)), environment_(environment) {}

  Status open(const std::vector<Field>& fields) override {
    fields_ = fields;
    auto encoder = make_encoder();
    if (!encoder.ok()) return std::move(encoder).error();
    return connect().context(where());
  }

  Result<std::unique_ptr<stream::SinkWriter>> make_writer(size_t subtask) override {
    DS_ASSIGN_OR_RETURN(auto encoder, make_encoder());
    if (transactions_) {
      return std::unique_ptr<stream::SinkWriter>(std::make_unique<HoldingWriter>(std::move(encoder), settings_.table.name));
    }
    const bool wait = settings_.guarantee == Guarantee::kAtLeastOnce;
    return std::unique_ptr<stream::SinkWriter>(std::make_unique<SendingWriter>(std::move(encoder), *producer_, subtask, wait));
  }

  Status commit(const stream::CommitRequest& request) override {
    std::lock_guard lock(mutex_);
    if (!transactions_) return request.final ? producer_->flush().context(where()) : Status();
    const bool nothing = std::all_of(request.prepared.begin(), request.prepared.end(), [](const auto& held) { return held.empty(); });
    if (nothing) return {};
    return transactions_->commit(request.epoch, [&](Producer& producer) { return send_all(request, producer); }).context(where());
  }

  Result<std::optional<int64_t>> committed_epoch(const std::string&, const std::string&) override {
    std::lock_guard lock(mutex_);
    if (!transactions_) return std::optional<int64_t>();
    DS_ASSIGN_OR_RETURN(auto epoch, transactions_->committed().context(where()));
    return std::optional<int64_t>(epoch.value_or(0));
  }

 private:
  std::string where() const { return fmt::format("table '{}'", settings_.table.name); }

  Result<std::unique_ptr<RecordEncoder>> make_encoder() const {
    return RecordEncoder::create(settings_.table, settings_.layout, fields_).context(where());
  }

  Status connect() {
    if (settings_.guarantee == Guarantee::kExactlyOnce) {
      DS_ASSIGN_OR_RETURN(transactions_, EpochTransactions::create(settings_.producer, environment_));
    } else {
      DS_ASSIGN_OR_RETURN(producer_, Producer::create(settings_.producer, environment_));
    }
    return {};
  }

  static Status send_all(const stream::CommitRequest& request, Producer& producer) {
    for (size_t subtask = 0; subtask < request.prepared.size(); subtask++) {
      DS_RETURN_IF_ERROR(
          for_each_record(request.prepared[subtask], [&](const OutgoingRecord& record) { return producer.send(record, subtask); }));
    }
    return {};
  }

  const SinkSettings settings_;
  const Environment environment_;
  std::vector<Field> fields_;
  std::mutex mutex_;
  std::unique_ptr<Producer> producer_;               // or
  std::unique_ptr<EpochTransactions> transactions_;  // exactly once
};

}  // namespace

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const Options& options, const ConnectorContext& context) {
  const std::string where = fmt::format("table '{}'", table.name);
  SinkSettings settings;
  settings.table = table;
  DS_ASSIGN_OR_RETURN(TopicSelection topics, topic_selection(options).context(where));
  if (topics.names.size() != 1) return invalid_argument(where + ": a Kafka sink writes to one topic, named by the option 'topic'");
  DS_ASSIGN_OR_RETURN(settings.layout, record_layout(table, options).context(where));
  settings.producer.table = table.name;
  settings.producer.topic = topics.names.front();
  DS_ASSIGN_OR_RETURN(settings.producer.properties, client_properties(table.name, options, context).context(where));
  const std::string partitioner = options.get("sink.partitioner");
  if (partitioner == "fixed") settings.producer.partitioner = Partitioner::kFixed;
  if (partitioner == "round-robin") settings.producer.partitioner = Partitioner::kRoundRobin;
  const std::string guarantee = options.get("sink.delivery-guarantee");
  if (guarantee == "none") settings.guarantee = Guarantee::kNone;
  if (guarantee == "exactly-once") {
    settings.guarantee = Guarantee::kExactlyOnce;
    const std::string prefix = options.get("sink.transactional-id-prefix");
    settings.producer.transactional_id = (prefix.empty() ? context.pipeline : prefix) + "/" + table.name;
  }
  return std::unique_ptr<stream::Sink>(std::make_unique<KafkaSink>(std::move(settings), context.environment));
}

}  // namespace deltastream::connect::kafka

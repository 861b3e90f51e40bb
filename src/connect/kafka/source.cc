#include "connect/kafka/source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <mutex>
#include <set>

#include "connect/kafka/client_stream.h"
#include "connect/kafka/offsets.h"
#include "connect/kafka/partition_reader.h"
#include "connect/kafka/topic_options.h"

namespace deltastream::connect::kafka {
namespace {

struct SourceSettings {
  std::string table;
  TopicSelection topics;
  ClientProperties properties;
  RecordLayout layout;
  OffsetRule startup;
  std::optional<OffsetRule> bounded;
  int64_t discovery_us = 0;
};

class KafkaSource final : public stream::Source {
 public:
  KafkaSource(SourceSettings settings, const Environment& environment) : settings_(std::move(settings)), environment_(environment) {}

  bool bounded() const override { return settings_.bounded.has_value(); }
  int64_t discovery_interval_us() const override { return settings_.bounded ? 0 : settings_.discovery_us; }

  Status open(const stream::SourceRequest& request) override {
    request_ = request;
    auto decoder = RecordDecoder::create(settings_.table, {}, settings_.layout, request_, environment_.logger);
    if (!decoder.ok()) return std::move(decoder).context(where()).error();
    DS_RETURN_IF_ERROR(make_clients().context(where()));
    return make_fetcher((*decoder)->needs_leader_epoch()).context(where());
  }

  Status resume(const std::map<std::string, stream::SplitPosition>& positions) override {
    std::lock_guard lock(mutex_);
    if (positions.empty()) return {};
    for (const TopicPartition& partition : known_) {
      if (positions.count(partition.name()) == 0) later_.insert(partition);
    }
    return {};
  }

  Result<std::vector<stream::Split>> discover() override {
    auto partitions = list_partitions(*access_.client, settings_.topics);
    std::lock_guard lock(mutex_);
    if (!partitions.ok()) {
      if (!discovered_ || partitions.error().kind() != ErrorKind::kUnavailable) return std::move(partitions).context(where()).error();
      // A broker that is away for a while must not end a job that reads already.
      return as_splits();
    }
    for (TopicPartition& partition : *partitions) {
      if (known_.insert(partition).second && discovered_) later_.insert(partition);
    }
    discovered_ = true;
    if (known_.empty() && settings_.bounded) {
      return not_found(fmt::format("{}: no topic of '{}' matches '{}'", where(), access_.client->servers(), settings_.topics.pattern));
    }
    return as_splits();
  }

  Result<std::unique_ptr<stream::SplitReader>> open_split(const stream::Split& split,
                                                          const std::optional<stream::SplitPosition>& position) override {
    return open_partition_at(split, position).context(where());
  }

  void checkpoint_completed(const std::map<std::string, stream::SplitPosition>& positions) override {
    if (!groups_) return;
    std::map<TopicPartition, int64_t> offsets;
    for (const auto& [split, position] : positions) {
      if (auto partition = parse_topic_partition(split)) offsets[*partition] = position.offset;
    }
    groups_->write_later(offsets);
  }

 private:
  std::string where() const { return fmt::format("table '{}'", settings_.table); }

  Status make_clients() {
    ClientSettings settings;
    settings.table = settings_.table;
    settings.properties = settings_.properties;
    // Checkpoints hold the offsets; a gap is an error unless the table says otherwise. What is fetched ahead is bounded, for
    // each partition.
    settings.defaults = {{"auto.offset.reset", "error"}, {"queued.max.messages.kbytes", "16384"}, {"fetch.wait.max.ms", "100"}};
    settings.forced = {{"enable.auto.commit", "false"}, {"enable.auto.offset.store", "false"}, {"enable.partition.eof", "true"}};
    settings.properties.native.erase("group.id");
    DS_ASSIGN_OR_RETURN(access_.client, Client::create(settings, environment_));
    if (!settings_.properties.has("group.id")) return {};
    DS_ASSIGN_OR_RETURN(groups_,
                        GroupOffsets::create(settings_.table, settings_.properties, settings_.properties.get("group.id"), environment_));
    return {};
  }

  // The connector fetches by itself where it serves all that the table's properties ask for.
  Status make_fetcher(bool needs_leader_epoch) {
    std::string why;
    if (auto settings = fetch::fetch_settings(settings_.properties, why)) {
      access_.fetcher = std::make_shared<fetch::Fetcher>(access_.client, *std::move(settings));
      return {};
    }
    if (needs_leader_epoch && !kClientTellsLeaderEpoch) {
      return unsupported(fmt::format("metadata column 'leader-epoch' cannot be read with 'properties.{}' set: librdkafka {} does not tell it", why,
                                     rd_kafka_version_str()));
    }
    environment_.logger->log(LogLevel::kInfo, fmt::format("{}: read through librdkafka, because of 'properties.{}'", where(), why));
    return {};
  }

  std::vector<stream::Split> as_splits() const {
    std::vector<stream::Split> splits;
    for (const TopicPartition& partition : known_) splits.push_back({partition.name(), ""});
    return splits;
  }

  Result<std::unique_ptr<stream::SplitReader>> open_partition_at(const stream::Split& split,
                                                                 const std::optional<stream::SplitPosition>& position) {
    auto partition = parse_topic_partition(split.id);
    if (!partition) return internal(fmt::format("'{}' is no Kafka partition", split.id));
    PartitionStart start{*partition, 0, std::nullopt};
    if (position) {
      start.offset = position->offset;
      DS_ASSIGN_OR_RETURN(start.end, parse_end_state(position->state));
    } else {
      DS_ASSIGN_OR_RETURN(start.offset, first_offset(*partition));
    }
    // A job that was unbounded when it stopped ends where its partition ends now.
    if (settings_.bounded && !start.end) {
      DS_ASSIGN_OR_RETURN(start.end, resolve_offset(*access_.client, groups_.get(), *partition, *settings_.bounded));
    }
    if (!settings_.bounded) start.end.reset();
    DS_ASSIGN_OR_RETURN(auto decoder, RecordDecoder::create(settings_.table, *partition, settings_.layout, request_, environment_.logger));
    return open_partition(access_, start, std::move(decoder), request_);
  }

  Result<int64_t> first_offset(const TopicPartition& partition) {
    bool later = false;
    {
      std::lock_guard lock(mutex_);
      later = later_.count(partition) > 0;
    }
    // What was written between its creation and its discovery belongs to the stream.
    if (later) return resolve_offset(*access_.client, nullptr, partition, OffsetRule());
    return resolve_offset(*access_.client, groups_.get(), partition, settings_.startup);
  }

  const SourceSettings settings_;
  const Environment environment_;
  stream::SourceRequest request_;
  PartitionAccess access_;
  std::unique_ptr<GroupOffsets> groups_;  // null: no group.id
  std::mutex mutex_;
  bool discovered_ = false;
  std::set<TopicPartition> known_;
  std::set<TopicPartition> later_;  // of known_: not there yet when the job started
};

}  // namespace

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context) {
  const std::string where = fmt::format("table '{}'", table.name);
  SourceSettings settings;
  settings.table = table.name;
  DS_ASSIGN_OR_RETURN(settings.topics, topic_selection(options).context(where));
  DS_ASSIGN_OR_RETURN(settings.properties, client_properties(table.name, options, context).context(where));
  DS_ASSIGN_OR_RETURN(settings.layout, record_layout(table, options).context(where));
  DS_ASSIGN_OR_RETURN(settings.startup, startup_rule(options, settings.properties).context(where));
  DS_ASSIGN_OR_RETURN(settings.bounded, bounded_rule(options).context(where));
  settings.discovery_us = options.duration_us("scan.topic-partition-discovery.interval");
  return std::unique_ptr<stream::Source>(std::make_unique<KafkaSource>(std::move(settings), context.environment));
}

}  // namespace deltastream::connect::kafka

#include "connect/kafka/partition_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "connect/kafka/client_stream.h"
#include "connect/kafka/fetch/fetch_stream.h"

namespace deltastream::connect::kafka {
namespace {

constexpr int kIdleWaitMs = 10;
constexpr int64_t kLagEveryUs = 100'000;

class PartitionReader final : public stream::SplitReader {
 public:
  PartitionReader(const PartitionAccess& access, const PartitionStart& start, std::unique_ptr<RecordDecoder> decoder,
                  const stream::SourceRequest& request)
      : client_(access.client),
        fetcher_(access.fetcher),
        totals_(access.totals),
        partition_(start.partition),
        end_(start.end),
        batch_rows_(std::min(request.batch_rows, kChunkRows)),
        metrics_(request.metrics),
        decoder_(std::move(decoder)),
        next_(start.offset) {
    totals_->readers++;
  }

  ~PartitionReader() override {
    totals_->readers--;
    totals_->lag -= own_lag_;
  }

  Status start() {
    if (ended()) return {};
    if (!fetcher_) return use_client(next_);
    stream_ = fetch::open_fetch_stream(fetcher_, partition_, next_, decoder_->reads_values_only());
    return {};
  }

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    if (ended()) return stream::ReadState::kEnd;
    // One reader of many in a thread must not hold up the others.
    const int wait_ms = std::max(1, kIdleWaitMs / std::max(1, totals_->readers.load(std::memory_order_relaxed)));
    const int64_t before = next_;
    auto records = stream_->next(std::min<size_t>(batch_rows_, out.GetCapacity()), wait_ms);
    if (!records.ok() && records.error().kind() == ErrorKind::kUnsupported && fetcher_) {
      DS_RETURN_IF_ERROR(leave_to_client(records.error()));
      return stream::ReadState::kIdle;
    }
    if (!records.ok()) return std::move(records).error();
    take(*records);
    if (!values_.empty()) {
      DS_RETURN_IF_ERROR(decoder_->decode(values_, out));
      if (metrics_) metrics_->rows += out.size();
    }
    update_lag();
    if (ended()) return stream::ReadState::kEnd;
    if (next_ != before) return stream::ReadState::kData;
    client_->serve();
    return stream::ReadState::kIdle;
  }

  stream::SplitPosition position() const override { return {next_, end_state(end_)}; }

 private:
  bool ended() const { return end_ && next_ >= *end_; }

  Status use_client(int64_t offset) {
    DS_ASSIGN_OR_RETURN(stream_, open_client_stream(client_, partition_, offset));
    return {};
  }

  Status leave_to_client(const Error& why) {
    if (decoder_->needs_leader_epoch() && !kClientTellsLeaderEpoch) {
      return unsupported(fmt::format("metadata column 'leader-epoch' cannot be read from topic '{}', partition {}, offset {}: {}", partition_.topic,
                                     partition_.partition, stream_->position(), why.message()));
    }
    client_->environment().logger->log(LogLevel::kInfo, fmt::format("table '{}': {} is read through librdkafka from offset {} on: {}",
                                                                    client_->table(), partition_.name(), stream_->position(), why.message()));
    fetcher_.reset();
    return use_client(stream_->position());
  }

  void take(std::span<const Record> records) {
    values_.clear();
    uint64_t bytes = 0;
    for (const Record& record : records) {
      // Compaction may have taken the last ones before the end.
      if (end_ && record.offset >= *end_) break;
      // No value: a deletion mark of a compacted topic, which is no row.
      if (record.value) values_.push_back(&record);
      bytes += record.value_size + record.key_size;
    }
    // A job that goes on without an end begins where this one ended, so never behind it.
    next_ = end_ ? std::min(stream_->position(), *end_) : stream_->position();
    if (metrics_) metrics_->bytes += bytes;
  }

  void update_lag() {
    const int64_t now = client_->environment().clock->steady_us();
    if (!metrics_ || (now - lag_at_ < kLagEveryUs && !ended())) return;
    lag_at_ = now;
    const auto goal = end_ ? end_ : stream_->end_offset();
    if (!goal) return;
    const int64_t lag = std::max<int64_t>(0, *goal - next_);
    metrics_->lag = totals_->lag += lag - own_lag_;
    own_lag_ = lag;
  }

  const std::shared_ptr<Client> client_;
  std::shared_ptr<fetch::Fetcher> fetcher_;  // null: the stream is librdkafka's
  const std::shared_ptr<ReaderTotals> totals_;
  const TopicPartition partition_;
  const std::optional<int64_t> end_;
  const size_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
  const std::unique_ptr<RecordDecoder> decoder_;
  std::unique_ptr<RecordStream> stream_;
  std::vector<const Record*> values_;  // of the records at hand, those with a value
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

Result<std::unique_ptr<stream::SplitReader>> open_partition(const PartitionAccess& access, const PartitionStart& start,
                                                            std::unique_ptr<RecordDecoder> decoder, const stream::SourceRequest& request) {
  auto reader = std::make_unique<PartitionReader>(access, start, std::move(decoder), request);
  DS_RETURN_IF_ERROR(reader->start());
  return std::unique_ptr<stream::SplitReader>(std::move(reader));
}

}  // namespace deltastream::connect::kafka

#include "connect/kafka/fetch/fetch_stream.h"

#include <fmt/format.h>

#include "connect/kafka/errors.h"
#include "connect/kafka/offsets.h"

namespace deltastream::connect::kafka::fetch {
namespace {

class FetchStream final : public RecordStream {
 public:
  FetchStream(std::shared_ptr<Fetcher> fetcher, const TopicPartition& partition, int64_t offset, BatchRules rules)
      : fetcher_(std::move(fetcher)), partition_(partition), feed_(fetcher_->open(partition, offset)), batches_(rules, offset) {}
  ~FetchStream() override { fetcher_->close(feed_); }

  Result<std::span<const Record>> next(size_t limit, int wait_ms) override {
    records_.clear();
    batches_.release(spare_);
    Status read;
    while (records_.size() < limit && read.ok()) {
      if (batches_.done()) {
        auto piece = fetcher_->take(feed_, records_.empty() ? wait_ms : 0, spare_);
        if (!piece) break;
        batches_.open(*std::move(piece));
      }
      read = batches_.read(limit, records_);
    }
    if (!records_.empty()) return std::span<const Record>(records_);
    // What was read before an error comes first; the error stays.
    if (!read.ok()) return std::move(read).context(fmt::format("topic '{}', partition {}", partition_.topic, partition_.partition)).error();
    if (batches_.done()) {
      if (const int code = fetcher_->trouble(feed_); code != 0) DS_RETURN_IF_ERROR(take_trouble(code));
    }
    return std::span<const Record>();
  }

  int64_t position() const override { return batches_.position(); }

  std::optional<int64_t> end_offset() const override {
    const int64_t end = fetcher_->high_watermark(feed_);
    return end < 0 ? std::nullopt : std::optional(end);
  }

 private:
  Status take_trouble(int code) {
    if (code == Feed::kNotServed) return unsupported("this broker is one that only librdkafka speaks with");
    const auto native = static_cast<rd_kafka_resp_err_t>(code);
    if (native == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) return offset_is_gone();
    Error error = kafka_error(native, fmt::format("reading {} at offset {}", partition_.name(), position()));
    if (error.kind() == ErrorKind::kNotFound) return topic_gone(partition_, position());
    return error;
  }

  Status offset_is_gone() {
    const OffsetReset reset = fetcher_->settings().reset;
    if (reset == OffsetReset::kError) return offset_gone(fetcher_->client(), partition_, position());
    DS_ASSIGN_OR_RETURN(const OffsetRange range, offset_range(fetcher_->client(), partition_));
    const int64_t offset = reset == OffsetReset::kEarliest ? range.low : range.high;
    fetcher_->client().environment().logger->warn(
        fmt::format("topic '{}', partition {} has no offset {} any more; it is read on from {}, as 'properties.auto.offset.reset' says",
                    partition_.topic, partition_.partition, position(), offset));
    batches_.restart(offset);
    fetcher_->restart(feed_, offset);
    return {};
  }

  const std::shared_ptr<Fetcher> fetcher_;
  const TopicPartition partition_;
  const FeedPtr feed_;
  BatchReader batches_;
  std::vector<Record> records_;
  std::vector<Buffer> spare_;
};

}  // namespace

std::unique_ptr<RecordStream> open_fetch_stream(std::shared_ptr<Fetcher> fetcher, const TopicPartition& partition, int64_t offset, bool values_only) {
  BatchRules rules = fetcher->settings().rules;
  rules.values_only = values_only;
  return std::make_unique<FetchStream>(std::move(fetcher), partition, offset, rules);
}

}  // namespace deltastream::connect::kafka::fetch

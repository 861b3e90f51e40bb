#pragma once
// Reads one partition in the order of its offsets. The position's offset is that of the next message; its state is
// "end=N" where the table is bounded: the offset before which this partition ends, fixed when it was first opened.

#include <atomic>
#include <memory>
#include <optional>

#include "connect/kafka/client.h"
#include "connect/kafka/fetch/fetcher.h"
#include "connect/kafka/record_decoder.h"
#include "connect/kafka/topics.h"
#include "stream/endpoint.h"

namespace deltastream::connect::kafka {

// What the readers of one table share: how much is still to read, and how many read.
struct ReaderTotals {
  std::atomic<int64_t> lag{0};
  std::atomic<int> readers{0};
};

// How the partitions of one table are reached.
struct PartitionAccess {
  std::shared_ptr<Client> client;
  std::shared_ptr<fetch::Fetcher> fetcher;  // null: librdkafka fetches
  std::shared_ptr<ReaderTotals> totals = std::make_shared<ReaderTotals>();
};

struct PartitionStart {
  TopicPartition partition;
  int64_t offset = 0;
  std::optional<int64_t> end;
};

std::string end_state(const std::optional<int64_t>& end);
// corrupt for a state that is none of ours.
Result<std::optional<int64_t>> parse_end_state(const std::string& state);

// Errors of read(): not found when the topic is deleted, corrupt when the offset is not there any more.
Result<std::unique_ptr<stream::SplitReader>> open_partition(const PartitionAccess& access, const PartitionStart& start,
                                                            std::unique_ptr<RecordDecoder> decoder, const stream::SourceRequest& request);

}  // namespace deltastream::connect::kafka

#pragma once
// What was fetched of one partition and not read yet. Handed from the thread that fetches to the one that reads; every member but the
// constants is guarded by the fetcher's mutex.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>

#include "connect/kafka/fetch/batch_reader.h"
#include "connect/kafka/topics.h"

namespace deltastream::connect::kafka::fetch {

struct Feed {
  explicit Feed(TopicPartition of) : partition(std::move(of)) {}

  const TopicPartition partition;
  std::deque<Piece> pieces;
  size_t bytes = 0;       // in pieces
  int64_t offset = 0;     // to ask for next
  int64_t high_watermark = -1;
  int trouble = 0;        // error code of the protocol that fetching stopped at; kNotServed when only librdkafka can read on
  int64_t not_before_us = 0;      // after an error that passes
  int64_t unknown_since_us = -1;  // the topic; -1: it is known
  bool closed = false;
  std::condition_variable changed;  // a piece or a trouble came

  static constexpr int kNotServed = -10'000;
};
using FeedPtr = std::shared_ptr<Feed>;

}  // namespace deltastream::connect::kafka::fetch

#include "connect/kafka/fetch/broker_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "connect/kafka/errors.h"

namespace deltastream::connect::kafka::fetch {
namespace {

// While a feed that has no room waits, a request for others must not be held up by the broker for long.
constexpr int32_t kShortWaitMs = 5;
// Connections in a row that end before the broker says which versions it speaks.
constexpr int kMaxRejections = 5;
constexpr int64_t kRetryUs = 100'000;

}  // namespace

BrokerLink::BrokerLink(FetchState& state, std::string host, int port)
    : state_(state),
      host_(std::move(host)),
      port_(port),
      connection_(state.stopping, state.settings.connect_timeout_ms, state.settings.io_timeout_ms),
      thread_([this] { run(); }) {}

BrokerLink::~BrokerLink() { thread_.join(); }

void BrokerLink::add(const FeedPtr& feed) { feeds_.push_back(feed); }

void BrokerLink::run() {
  Lock lock(state_.mutex);
  while (!state_.stop) {
    bool left_out = false;
    if (!choose(left_out)) {
      state_.room.wait(lock);
      continue;
    }
    lock.unlock();
    int32_t throttle_ms = 0;
    Status done = exchange(left_out, throttle_ms);
    lock.lock();
    if (!done.ok()) {
      fail(done.error(), lock);
    } else {
      failures_ = 0;
      if (throttle_ms > 0) pause(throttle_ms, lock);
    }
  }
}

// The feeds to ask for, beginning with another one each time: brokers fill their answers in the order of the request.
bool BrokerLink::choose(bool& left_out) {
  std::erase_if(feeds_, [](const FeedPtr& feed) { return feed->closed; });
  asked_.clear();
  const size_t ahead = state_.ahead_bytes();
  for (size_t i = 0; i < feeds_.size(); i++) {
    const FeedPtr& feed = feeds_[(turn_ + i) % feeds_.size()];
    if (feed->bytes < ahead) {
      asked_.push_back(feed);
    } else {
      left_out = true;
    }
  }
  turn_++;
  return !asked_.empty();
}

Status BrokerLink::exchange(bool left_out, int32_t& throttle_ms) {
  if (!connection_.is_open()) DS_RETURN_IF_ERROR(connect());
  FetchLimits limits = state_.settings.limits;
  if (left_out) {
    limits.max_wait_ms = std::min(limits.max_wait_ms, kShortWaitMs);
    limits.min_bytes = 1;
  }
  std::vector<FetchWish> wishes;
  for (const FeedPtr& feed : asked_) wishes.push_back({feed->partition.topic, feed->partition.partition, feed->offset});
  const int32_t number = ++correlation_;
  DS_RETURN_IF_ERROR(connection_.write(fetch_request(version_, number, state_.settings.client_id, limits, wishes)));
  auto answer = read_fetch_answer(
      connection_, version_, number, state_.settings.max_answer_bytes, [this](size_t bytes) { return buffer(bytes); },
      [this](PartitionAnswer partition) { take(std::move(partition)); });
  if (!answer.ok()) return std::move(answer).error();
  if (answer->error != 0) return unavailable(fmt::format("the broker answers with error {}", answer->error));
  throttle_ms = answer->throttle_ms;
  state_.client->note_alive();
  return {};
}

Status BrokerLink::connect() {
  DS_RETURN_IF_ERROR(connection_.open(host_, port_));
  const int32_t number = ++correlation_;
  DS_RETURN_IF_ERROR(connection_.write(api_versions_request(number, state_.settings.client_id)));
  auto version = read_api_versions(connection_, number, state_.settings.max_answer_bytes);
  if (!version.ok()) {
    const ErrorKind kind = version.error().kind();
    if (kind == ErrorKind::kUnavailable && ++rejections_ >= kMaxRejections) return unsupported(version.error().message());
    return std::move(version).error();
  }
  rejections_ = 0;
  version_ = *version;
  return {};
}

void BrokerLink::take(PartitionAnswer answer) {
  const auto feed = std::find_if(asked_.begin(), asked_.end(), [&](const FeedPtr& one) {
    return one->partition.partition == answer.partition && one->partition.topic == answer.topic;
  });
  if (feed == asked_.end()) return;
  const WholeBatches whole = whole_batches(answer.piece.bytes.view());
  Lock lock(state_.mutex);
  if ((*feed)->closed) return;
  if (answer.error != 0) return take_error(*feed, answer.error);
  (*feed)->high_watermark = answer.high_watermark;
  if (whole.next_offset < 0) {
    if (answer.piece.bytes.size() > 0) return state_.spare.push_back(std::move(answer.piece.bytes));
    return;
  }
  answer.piece.bytes.set_size(whole.bytes);
  (*feed)->offset = std::max((*feed)->offset, whole.next_offset);
  (*feed)->bytes += whole.bytes;
  (*feed)->pieces.push_back(std::move(answer.piece));
  (*feed)->changed.notify_all();
}

// With the mutex held.
void BrokerLink::take_error(const FeedPtr& feed, int16_t code) {
  forget(feed);
  if (is_passing(static_cast<rd_kafka_resp_err_t>(code)) || code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    feed->not_before_us = state_.client->environment().clock->steady_us() + kRetryUs;
    state_.lost.push_back(feed);
    state_.lost_more.notify_all();
    return;
  }
  feed->trouble = code;
  feed->changed.notify_all();
}

Buffer BrokerLink::buffer(size_t bytes) {
  Buffer result;
  {
    Lock lock(state_.mutex);
    if (!state_.spare.empty()) {
      result = std::move(state_.spare.back());
      state_.spare.pop_back();
    }
  }
  result.reserve(std::max(bytes, static_cast<size_t>(state_.settings.limits.partition_bytes)));
  return result;
}

void BrokerLink::fail(const Error& error, Lock& lock) {
  connection_.close();
  if (state_.stop) return;
  Logger* const logger = state_.client->environment().logger;
  const std::string text = fmt::format("table '{}': fetching from {}:{}: {}", state_.client->table(), host_, port_, error.message());
  std::vector<FeedPtr> feeds;
  feeds.swap(feeds_);
  if (error.kind() == ErrorKind::kUnavailable) {
    logger->log(LogLevel::kInfo, text);
    for (FeedPtr& feed : feeds) state_.lost.push_back(std::move(feed));
    state_.lost_more.notify_all();
    const int64_t longest = state_.settings.reconnect_max_ms;
    pause(std::min(longest, int64_t(state_.settings.reconnect_ms) << std::min(failures_++, 10)), lock);
    return;
  }
  logger->log(LogLevel::kWarning, text + "; it is left to librdkafka");
  for (const FeedPtr& feed : feeds) {
    feed->trouble = Feed::kNotServed;
    feed->changed.notify_all();
  }
}

void BrokerLink::forget(const FeedPtr& feed) {
  std::erase(feeds_, feed);
}

void BrokerLink::pause(int64_t ms, Lock& lock) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (!state_.stop && state_.room.wait_until(lock, until) != std::cv_status::timeout) {
  }
}

}  // namespace deltastream::connect::kafka::fetch

#include "connect/kafka/fetch/fetcher.h"

#include <algorithm>
#include <chrono>

#include "connect/kafka/errors.h"
#include "connect/kafka/fetch/broker_link.h"

namespace deltastream::connect::kafka::fetch {
namespace {

// Of all partitions together.
constexpr size_t kAheadBytes = 64 * 1024 * 1024;
constexpr size_t kLeastAhead = 1024 * 1024, kMostAhead = 2 * 1024 * 1024;
constexpr size_t kSpareBuffers = 32;
constexpr int kMetadataTimeoutMs = 1000;
constexpr auto kPause = std::chrono::milliseconds(100);
// Brokers end connections that say nothing for ten minutes; librdkafka would take that for an outage.
constexpr int64_t kAliveEveryUs = 240'000'000;

// Null: the partition has none now.
const rd_kafka_metadata_broker* leader_of(const struct rd_kafka_metadata& metadata, int32_t partition) {
  const rd_kafka_metadata_topic& topic = metadata.topics[0];
  for (int p = 0; p < topic.partition_cnt; p++) {
    if (topic.partitions[p].id != partition) continue;
    for (int b = 0; b < metadata.broker_cnt; b++) {
      if (metadata.brokers[b].id == topic.partitions[p].leader) return &metadata.brokers[b];
    }
  }
  return nullptr;
}

}  // namespace

size_t FetchState::ahead_bytes() const {
  if (settings.ahead_bytes > 0) return settings.ahead_bytes;
  return std::clamp(kAheadBytes / std::max<size_t>(feeds, 1), kLeastAhead, kMostAhead);
}

Fetcher::Fetcher(std::shared_ptr<Client> client, FetchSettings settings) : state_(std::move(client), std::move(settings)) {
  asked_at_us_ = now_us();
  thread_ = std::thread([this] { run(); });
}

Fetcher::~Fetcher() {
  {
    std::lock_guard lock(state_.mutex);
    state_.stop = true;
    state_.stopping.raise();
    state_.lost_more.notify_all();
    state_.room.notify_all();
  }
  thread_.join();
  links_.clear();
}

int64_t Fetcher::now_us() const { return state_.client->environment().clock->steady_us(); }

FeedPtr Fetcher::open(const TopicPartition& partition, int64_t offset) {
  auto feed = std::make_shared<Feed>(partition);
  feed->offset = offset;
  std::lock_guard lock(state_.mutex);
  state_.feeds++;
  state_.lost.push_back(feed);
  state_.lost_more.notify_all();
  return feed;
}

void Fetcher::close(const FeedPtr& feed) {
  std::lock_guard lock(state_.mutex);
  state_.feeds--;
  feed->closed = true;
  feed->pieces.clear();
}

void Fetcher::restart(const FeedPtr& feed, int64_t offset) {
  std::lock_guard lock(state_.mutex);
  feed->trouble = 0;
  feed->offset = offset;
  state_.lost.push_back(feed);
  state_.lost_more.notify_all();
}

std::optional<Piece> Fetcher::take(const FeedPtr& feed, int wait_ms, std::vector<Buffer>& spare) {
  std::unique_lock lock(state_.mutex);
  for (Buffer& buffer : spare) {
    if (state_.spare.size() < kSpareBuffers) state_.spare.push_back(std::move(buffer));
  }
  spare.clear();
  if (wait_ms > 0) {
    feed->changed.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return !feed->pieces.empty() || feed->trouble != 0; });
  }
  if (feed->pieces.empty()) return std::nullopt;
  Piece piece = std::move(feed->pieces.front());
  feed->pieces.pop_front();
  const size_t ahead = state_.ahead_bytes();
  const bool was_full = feed->bytes >= ahead;
  feed->bytes -= piece.bytes.size();
  if (was_full && feed->bytes < ahead) state_.room.notify_all();
  return piece;
}

int Fetcher::trouble(const FeedPtr& feed) {
  std::lock_guard lock(state_.mutex);
  return feed->pieces.empty() ? feed->trouble : 0;
}

int64_t Fetcher::high_watermark(const FeedPtr& feed) {
  std::lock_guard lock(state_.mutex);
  return feed->high_watermark;
}

void Fetcher::run() {
  std::unique_lock lock(state_.mutex);
  while (!state_.stop) {
    if (state_.lost.empty()) {
      state_.lost_more.wait_for(lock, std::chrono::microseconds(kAliveEveryUs));
      lock.unlock();
      stay_alive();
      lock.lock();
      continue;
    }
    std::vector<FeedPtr> ready, homeless;
    const int64_t now = now_us();
    for (FeedPtr& feed : state_.lost) {
      if (!feed->closed) (feed->not_before_us > now ? homeless : ready).push_back(std::move(feed));
    }
    state_.lost.clear();
    lock.unlock();
    place(std::move(ready), homeless);
    lock.lock();
    if (homeless.empty()) continue;
    for (FeedPtr& feed : homeless) state_.lost.push_back(std::move(feed));
    const auto until = std::chrono::steady_clock::now() + kPause;
    while (!state_.stop && state_.lost_more.wait_until(lock, until) != std::cv_status::timeout) {
    }
  }
}

void Fetcher::place(std::vector<FeedPtr> feeds, std::vector<FeedPtr>& homeless) {
  std::map<std::string, std::vector<FeedPtr>> by_topic;
  for (FeedPtr& feed : feeds) by_topic[feed->partition.topic].push_back(std::move(feed));
  for (const auto& [topic, of_topic] : by_topic) place_topic(topic, of_topic, homeless);
}

void Fetcher::place_topic(const std::string& topic, const std::vector<FeedPtr>& feeds, std::vector<FeedPtr>& homeless) {
  TopicHandle& handle = topics_[topic];
  if (!handle) handle.reset(rd_kafka_topic_new(state_.client->handle(), topic.c_str(), nullptr));
  const struct rd_kafka_metadata* metadata = nullptr;
  rd_kafka_resp_err_t code = rd_kafka_metadata(state_.client->handle(), 0, handle.get(), &metadata, kMetadataTimeoutMs);
  asked_at_us_ = now_us();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    homeless.insert(homeless.end(), feeds.begin(), feeds.end());
    return;
  }
  const std::unique_ptr<const struct rd_kafka_metadata, void (*)(const struct rd_kafka_metadata*)> owned(metadata, rd_kafka_metadata_destroy);
  code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  for (const FeedPtr& feed : feeds) {
    const rd_kafka_metadata_broker* leader = code == RD_KAFKA_RESP_ERR_NO_ERROR ? leader_of(*metadata, feed->partition.partition) : nullptr;
    if (leader) {
      feed->unknown_since_us = -1;
      give(feed, {leader->host, leader->port});
    } else if (stops_at(*feed, code)) {
      std::lock_guard lock(state_.mutex);
      feed->trouble = code;
      feed->changed.notify_all();
    } else {
      homeless.push_back(feed);
    }
  }
}

// A topic may be unknown for a while: to a broker that has just started, or before all know of it.
bool Fetcher::stops_at(Feed& feed, rd_kafka_resp_err_t code) const {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || is_passing(code)) return false;
  if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return true;
  if (feed.unknown_since_us < 0) feed.unknown_since_us = now_us();
  return now_us() - feed.unknown_since_us > int64_t(state_.settings.unknown_topic_ms) * 1000;
}

void Fetcher::give(const FeedPtr& feed, const Broker& broker) {
  auto& link = links_[broker];
  if (!link) link = std::make_unique<BrokerLink>(state_, broker.host, broker.port);
  std::lock_guard lock(state_.mutex);
  link->add(feed);
  state_.room.notify_all();
}

void Fetcher::stay_alive() {
  if (topics_.empty() || now_us() - asked_at_us_ < kAliveEveryUs / 2) return;
  asked_at_us_ = now_us();
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto code = rd_kafka_metadata(state_.client->handle(), 0, topics_.begin()->second.get(), &metadata, kMetadataTimeoutMs);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_metadata_destroy(metadata);
}

}  // namespace deltastream::connect::kafka::fetch

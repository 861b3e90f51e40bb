#pragma once
// Fetches partitions of one table's topics ahead of their readers, over connections of its own: one thread for each broker that leads
// some of them (broker_link.h), and one that finds out who leads, through librdkafka's client. Thread-safe. Destruction stops the threads.
// Brokers that go away, and leaders that move, are waited for and found again; nothing is skipped or given twice.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "connect/kafka/client.h"
#include "connect/kafka/fetch/connection.h"
#include "connect/kafka/fetch/feed.h"
#include "connect/kafka/fetch/fetch_settings.h"

namespace deltastream::connect::kafka::fetch {

class BrokerLink;

// What the threads of one fetcher share.
struct FetchState {
  FetchState(std::shared_ptr<Client> of, FetchSettings with) : client(std::move(of)), settings(std::move(with)) {}

  const std::shared_ptr<Client> client;
  const FetchSettings settings;
  StopSignal stopping;  // for those who wait on a connection

  std::mutex mutex;
  bool stop = false;
  std::condition_variable lost_more;  // `lost` or `stop` changed
  std::condition_variable room;       // some feed has room again, or `stop` changed
  std::vector<FeedPtr> lost;          // feeds whose leader is to be found
  size_t feeds = 0;                   // that are open
  std::vector<Buffer> spare;

  // How much is fetched ahead of each partition; with the mutex held.
  size_t ahead_bytes() const;
};

class Fetcher {
 public:
  Fetcher(std::shared_ptr<Client> client, FetchSettings settings);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  const FetchSettings& settings() const { return state_.settings; }
  Client& client() const { return *state_.client; }

  FeedPtr open(const TopicPartition& partition, int64_t offset);
  void close(const FeedPtr& feed);
  // After a trouble: fetches anew from here. Only when all pieces are taken.
  void restart(const FeedPtr& feed, int64_t offset);
  // The next piece, or none within `wait_ms`. `spare`: buffers to use again; it is emptied.
  std::optional<Piece> take(const FeedPtr& feed, int wait_ms, std::vector<Buffer>& spare);
  // 0: none, or there are pieces to be taken first.
  int trouble(const FeedPtr& feed);
  int64_t high_watermark(const FeedPtr& feed);

 private:
  struct Broker {
    std::string host;
    int port = 0;
    auto operator<=>(const Broker&) const = default;
  };
  void run();
  void place(std::vector<FeedPtr> feeds, std::vector<FeedPtr>& homeless);
  void place_topic(const std::string& topic, const std::vector<FeedPtr>& feeds, std::vector<FeedPtr>& homeless);
  bool stops_at(Feed& feed, rd_kafka_resp_err_t code) const;
  void give(const FeedPtr& feed, const Broker& broker);
  void stay_alive();
  int64_t now_us() const;

  FetchState state_;
  std::map<Broker, std::unique_ptr<BrokerLink>> links_;  // of the thread only
  std::map<std::string, TopicHandle> topics_;            // of the thread only
  int64_t asked_at_us_ = 0;
  std::thread thread_;
};

}  // namespace deltastream::connect::kafka::fetch

#pragma once
// The thread that fetches from one broker, and its connection. Asks for all its feeds that have room in one request, hands out what
// comes, and asks again. Feeds that it cannot serve any more go back to the fetcher.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "connect/kafka/fetch/fetcher.h"

namespace deltastream::connect::kafka::fetch {

class BrokerLink {
 public:
  BrokerLink(FetchState& state, std::string host, int port);
  // The state's `stop` must be set and its signal raised.
  ~BrokerLink();
  BrokerLink(const BrokerLink&) = delete;
  BrokerLink& operator=(const BrokerLink&) = delete;

  // With the state's mutex held.
  void add(const FeedPtr& feed);

 private:
  using Lock = std::unique_lock<std::mutex>;
  void run();
  bool choose(bool& left_out);
  Status exchange(bool left_out, int32_t& throttle_ms);
  Status connect();
  void take(PartitionAnswer answer);
  void take_error(const FeedPtr& feed, int16_t code);
  Buffer buffer(size_t bytes);
  void fail(const Error& error, Lock& lock);
  void forget(const FeedPtr& feed);
  void pause(int64_t ms, Lock& lock);

  FetchState& state_;
  const std::string host_;
  const int port_;
  std::vector<FeedPtr> feeds_;  // guarded by the state's mutex
  std::vector<FeedPtr> asked_;  // of the request at hand
  size_t turn_ = 0;
  Connection connection_;
  int16_t version_ = 0;
  int32_t correlation_ = 0;
  int failures_ = 0, rejections_ = 0;
  std::thread thread_;
};

}  // namespace deltastream::connect::kafka::fetch

#pragma once
// Bids as the Nexmark benchmark makes them, without its generator: the same for the same number.

#include <ctime>

#include <cstdint>
#include <string>
#include <utility>

namespace deltastream::bench {

inline double cpu_seconds() {
  timespec now;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Bid {
  int64_t auction, bidder, price, time_us;
  std::string channel, url, extra;
};

inline Bid make_bid(uint64_t number) {
  uint64_t state = number * 0x9e3779b97f4a7c15ull + 1;
  auto next = [&] {
    state ^= state >> 29;
    state *= 0xbf58476d1ce4e5b9ull;
    state ^= state >> 32;
    return state;
  };
  static const char* const channels[] = {"Google", "Facebook", "Baidu", "Apple"};
  Bid bid;
  bid.auction = static_cast<int64_t>(1000 + number / 50 + next() % 100);
  bid.bidder = static_cast<int64_t>(1000 + next() % 10000);
  bid.price = static_cast<int64_t>(100 + next() % 10000000);
  bid.time_us = 1704067200000000 + static_cast<int64_t>(number) * 100000 / 1000 * 1000;
  const uint64_t channel = next() % 8;
  if (channel < 4) {
    bid.channel = channels[channel];
    bid.url = "https://www.nexmark.com/" + bid.channel + "/item.htm?query=1";
  } else {
    const uint64_t id = next() % 10000;
    bid.channel = "channel-" + std::to_string(id);
    bid.url = "https://www.nexmark.com/abcde/fghij/klmno/item.htm?query=1&channel_id=" + std::to_string(id);
  }
  for (uint64_t length = 20 + next() % 40; length > 0; length--) bid.extra += static_cast<char>('a' + next() % 26);
  return bid;
}

inline std::string two(int64_t number) { return {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)}; }

// The record in the topic: one wide row, of which a bid fills a third. Within one day.
inline std::string to_json(const Bid& bid) {
  const int64_t ms = bid.time_us / 1000 % 86400000;
  const std::string time = "2024-01-01 " + two(ms / 3600000) + ":" + two(ms / 60000 % 60) + ":" + two(ms / 1000 % 60) + "." +
                           std::to_string(1000 + ms % 1000).substr(1);
  return "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":" + std::to_string(bid.auction) + ",\"bidder\":" +
         std::to_string(bid.bidder) + ",\"price\":" + std::to_string(bid.price) + ",\"channel\":\"" + bid.channel + "\",\"url\":\"" + bid.url +
         "\",\"dateTime\":\"" + time + "\",\"extra\":\"" + bid.extra + "\"}}";
}

}  // namespace deltastream::bench

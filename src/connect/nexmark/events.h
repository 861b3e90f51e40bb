#pragma once
// Nexmark events as pure functions of (seed, number), so that any event can be made again alone, in any process and in any
// language: all arithmetic is on integers. Everything here wraps modulo 2^64; ">>" on unsigned values.
//
// Numbers. Event n = 0, 1, 2 …; e = n / 50, r = n % 50: r = 0 is person 1000 + e, r = 1, 2, 3 is auction 1000 + 3e + r - 1,
// r >= 4 is a bid. last_person = e; last_auction = 3e + (r = 0 ? -1 : min(r, 3) - 1), both from zero.
// Time. ms(n) = base_ms + n * 1000 / rate (integer division).
//
// Draws. mix(z): z = (z ^ z>>30) * 0xBF58476D1CE4E5B9; z = (z ^ z>>27) * 0x94D049BB133111EB; z ^ z>>31.   G = 0x9E3779B97F4A7C15.
//   draw(n, f)    = mix(mix(seed + (f + 1) * G) + n * G), one for each field f (enum Draw: the value is f)
//   hi(d), lo(d)  = d >> 32, d & 0xFFFFFFFF
//   pick(u, m)    = u * m >> 32 for a 32-bit u: uniform in 0 … m-1
//
// price(d): x = hi(d) * 1337584924 >> 32; k = x >> 26; y = (x & (2^26 - 1)) << 4; p = polynomial of y in Horner's form with a = (a * y >>
// 30) + c
//   for c = 235034 (start), 1332662, 10391904, 59577687, 257943463, 744261074, 1073741824; price = (100 * p << k) + 2^29 >> 30.
//   That is 100 * 10^(6U), log-uniform in 100 … 99,999,998.
// a person near n, from d: active = min(last_person + 1, 1000); last_person + 1 - active + pick(lo(d), active + 10).
// an auction near n, from d: low = max(last_auction - 100, 0); low + pick(lo(d), last_auction - low + 11).
// string(d, max, special): length 3 + pick(hi(d), max - 3); character i = 1, 2 …: c = mix(d + i * G); special when
//   pick(hi(c), 13) = 0, else 'a' + pick(lo(c), 26). With special = ' ' blanks at both ends are cut off.
// extra(d, current, average): "" when current > average; else w = average - current, v = (2w + 5) / 10, length w - v + pick(hi(d), 2v) (w
// when v = 0),
//   a slice of the shared letters at pick(lo(d), 2^20 - length).
// Shared letters: 2^20 of them; letter 8i + j = 'a' + ((mix((i + 1) * G) >> 8j & 255) * 26 >> 8).
//
// Person: name = first names[pick(lo(d), 11)] " " last names[pick(hi(d), 9)], d = draw(kPersonName). emailAddress =
// string(draw(kPersonMail), 7, ' ') "@"
//   string(draw(kPersonHost), 5, ' ') ".com". creditCard = four groups "%04d" with blanks: pick(lo), pick(hi) of draw(kPersonCard1), then
//   of draw(kPersonCard2), each of 10000. city = cities[pick(lo(d), 10)], state = states[pick(hi(d), 6)], d = draw(kPersonPlace).
//   extra(draw(kPersonExtra), 8 + lengths of name, emailAddress, creditCard, city, state, 200).
// Auction: itemName = string(draw(kAuctionItem), 20, ' '), description = string(draw(kAuctionDescription), 100, ' '), initialBid =
// price(draw(kAuctionBid)),
//   reserve = initialBid + price(draw(kAuctionReserve)), expires = ms(n) + 1 + draw(kAuctionExpires) % max(2 * (ms(n + 1666) - ms(n)), 1)
//   (unsigned), seller = 1000 + (d >> 62 != 0 ? last_person / 100 * 100 : a person near n from d), d = draw(kAuctionSeller); category = 10
//   + pick(lo(draw(kAuctionCategory)), 5); extra(draw(kAuctionExtra), 48 + lengths of itemName and description, 500).
// Bid: auction = 1000 + (d >> 63 = 0 ? last_auction / 100 * 100 : an auction near n from d), d = draw(kBidAuction).
//   bidder = 1000 (2000 with bidder-offset "twice", as the reference has it) + (d >> 62 != 0 ? last_person / 100 * 100 + 1 : a person near
//   n from d), d = draw(kBidBidder). price = price(draw(kBidPrice)). d = draw(kBidChannel): hot when d >> 63 = 0, then channel and URL
//   number pick(lo(d), 4) of the hot ones, else number i = pick(lo(d), 10000) of the cold ones. extra(draw(kBidExtra), 32, 100).
// Channels: hot ones Google, Facebook, Baidu, Apple; cold ones "channel-" i. URLs: "https://www.nexmark.com/" a "/" b "/" c
// "/item.htm?query=1"
//   with a, b, c = string(mix(4u * G), 5, '_'), string(mix((4u + 1) * G), …), string(mix((4u + 2) * G), …), u = i for cold, 10000 + i for
//   hot; cold ones with pick(lo(mix((4u + 3) * G)), 10) != 0 end in "&channel_id=" abs(the 32 bits of i in reverse, as a signed number).

#include <algorithm>
#include <cstdint>

namespace deltastream::connect::nexmark {

enum class Draw : uint64_t {
  kPersonName = 0,
  kPersonMail = 1,
  kPersonHost = 2,
  kPersonCard1 = 3,
  kPersonCard2 = 4,
  kPersonPlace = 5,
  kPersonExtra = 6,
  kAuctionItem = 7,
  kAuctionDescription = 8,
  kAuctionBid = 9,
  kAuctionReserve = 10,
  kAuctionExpires = 11,
  kAuctionSeller = 12,
  kAuctionCategory = 13,
  kAuctionExtra = 14,
  kBidAuction = 15,
  kBidBidder = 16,
  kBidPrice = 17,
  kBidChannel = 18,
  kBidExtra = 19,
};

inline constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
inline constexpr int64_t kEventsPerEpoch = 50;
inline constexpr int64_t kFirstId = 1000;

enum class EventType : int32_t { kPerson = 0, kAuction = 1, kBid = 2 };

// What tells one stream of events from another.
struct Settings {
  uint64_t seed = 0;
  int64_t base_ms = 0;
  int64_t rate = 10'000;  // events a second of event time
  bool bidder_twice = false;
};

constexpr uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// The start of a field's sequence: hoist it out of loops.
constexpr uint64_t draw_key(uint64_t seed, Draw field) { return mix(seed + (static_cast<uint64_t>(field) + 1) * kGolden); }
constexpr uint64_t draw_at(uint64_t key, int64_t number) { return mix(key + static_cast<uint64_t>(number) * kGolden); }

constexpr uint64_t high(uint64_t d) { return d >> 32; }
constexpr uint64_t low(uint64_t d) { return d & 0xFFFFFFFF; }
constexpr int64_t pick(uint64_t u, int64_t m) { return static_cast<int64_t>((u * static_cast<uint64_t>(m)) >> 32); }

constexpr int64_t price_of(uint64_t d) {
  const uint64_t x = (high(d) * 1337584924) >> 32;
  const uint64_t k = x >> 26;
  const uint64_t y = (x & ((1 << 26) - 1)) << 4;
  uint64_t p = 235034;
  p = ((p * y) >> 30) + 1332662;
  p = ((p * y) >> 30) + 10391904;
  p = ((p * y) >> 30) + 59577687;
  p = ((p * y) >> 30) + 257943463;
  p = ((p * y) >> 30) + 744261074;
  p = ((p * y) >> 30) + 1073741824;
  return static_cast<int64_t>((((100 * p) << k) + (1 << 29)) >> 30);
}

constexpr EventType type_of(int64_t number) {
  const int64_t r = number % kEventsPerEpoch;
  return r == 0 ? EventType::kPerson : r <= 3 ? EventType::kAuction : EventType::kBid;
}
constexpr int64_t time_ms(const Settings& settings, int64_t number) { return settings.base_ms + number * 1000 / settings.rate; }
constexpr int64_t last_person(int64_t number) { return number / kEventsPerEpoch; }
constexpr int64_t last_auction(int64_t number) {
  const int64_t r = number % kEventsPerEpoch;
  return number / kEventsPerEpoch * 3 + (r < 3 ? r : 3) - 1;
}

constexpr int64_t person_near(int64_t last, uint64_t d) {
  const int64_t active = std::min<int64_t>(last + 1, 1000);
  return last + 1 - active + pick(low(d), active + 10);
}
constexpr int64_t auction_near(int64_t last, uint64_t d) {
  const int64_t lowest = std::max<int64_t>(last - 100, 0);
  return lowest + pick(low(d), last - lowest + 11);
}
constexpr int64_t bid_auction(int64_t last, uint64_t d) { return kFirstId + ((d >> 63) == 0 ? last / 100 * 100 : auction_near(last, d)); }
constexpr int64_t bid_bidder(int64_t last, uint64_t d, int64_t first_id) {
  return first_id + ((d >> 62) != 0 ? last / 100 * 100 + 1 : person_near(last, d));
}
constexpr int64_t auction_seller(int64_t last, uint64_t d) { return kFirstId + ((d >> 62) != 0 ? last / 100 * 100 : person_near(last, d)); }

}  // namespace deltastream::connect::nexmark

#include "connect/nexmark/texts.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "connect/nexmark/events.h"

namespace deltastream::connect::nexmark {
namespace {

constexpr int64_t kLetters = 1 << 20;
constexpr int64_t kHotChannels = 4, kColdChannels = 10'000;

constexpr std::string_view kFirstNames[] = {"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::string_view kLastNames[] = {"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"};
constexpr std::string_view kCities[] = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                                        "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::string_view kStates[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::string_view kHotNames[] = {"Google", "Facebook", "Baidu", "Apple"};

const std::string& shared_letters() {
  static const std::string kText = [] {
    std::string text(kLetters, 'a');
    for (uint64_t i = 0; i < kLetters / 8; i++) {
      const uint64_t bits = mix((i + 1) * kGolden);
      for (uint64_t j = 0; j < 8; j++) text[8 * i + j] = static_cast<char>('a' + (((bits >> (8 * j)) & 255) * 26 >> 8));
    }
    return text;
  }();
  return kText;
}

int64_t reversed_id(uint32_t i) {
  uint32_t reversed = 0;
  for (int bit = 0; bit < 32; bit++) reversed |= ((i >> bit) & 1) << (31 - bit);
  return std::abs(static_cast<int64_t>(static_cast<int32_t>(reversed)));
}

std::string url_of(uint64_t u) {
  std::string url = "https://www.nexmark.com/";
  for (uint64_t part = 0; part < 3; part++) url += random_string(mix((4 * u + part) * kGolden), 5, '_') + "/";
  url += "item.htm?query=1";
  const bool cold = u < kColdChannels;
  if (cold && pick(low(mix((4 * u + 3) * kGolden)), 10) != 0) url += fmt::format("&channel_id={}", reversed_id(static_cast<uint32_t>(u)));
  return url;
}

// Cold channels first, then the hot ones.
const std::vector<ChannelTexts>& all_channels() {
  static const std::vector<ChannelTexts> kChannels = [] {
    std::vector<ChannelTexts> channels;
    for (int64_t i = 0; i < kColdChannels; i++) channels.push_back({fmt::format("channel-{}", i), url_of(static_cast<uint64_t>(i))});
    for (int64_t i = 0; i < kHotChannels; i++)
      channels.push_back({std::string(kHotNames[i]), url_of(static_cast<uint64_t>(kColdChannels + i))});
    return channels;
  }();
  return kChannels;
}

}  // namespace

std::string random_string(uint64_t d, int64_t max_length, char special) {
  const int64_t length = 3 + pick(high(d), max_length - 3);
  std::string text;
  for (int64_t i = 1; i <= length; i++) {
    const uint64_t c = mix(d + static_cast<uint64_t>(i) * kGolden);
    text += pick(high(c), 13) == 0 ? special : static_cast<char>('a' + pick(low(c), 26));
  }
  if (special != ' ') return text;
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string_view extra_text(uint64_t d, int64_t current, int64_t average) {
  if (current > average) return {};
  const int64_t wanted = average - current, spread = (2 * wanted + 5) / 10;
  const int64_t length = spread == 0 ? wanted : wanted - spread + pick(high(d), 2 * spread);
  return std::string_view(shared_letters()).substr(static_cast<size_t>(pick(low(d), kLetters - length)), static_cast<size_t>(length));
}

const ChannelTexts& channel_texts(uint64_t d) {
  static const std::vector<ChannelTexts>& channels = all_channels();
  const bool hot = (d >> 63) == 0;
  return channels[static_cast<size_t>(hot ? kColdChannels + pick(low(d), kHotChannels) : pick(low(d), kColdChannels))];
}

std::string person_name(uint64_t d) {
  return fmt::format("{} {}", kFirstNames[pick(low(d), std::size(kFirstNames))], kLastNames[pick(high(d), std::size(kLastNames))]);
}
std::string person_mail(uint64_t mail, uint64_t host) { return random_string(mail, 7, ' ') + "@" + random_string(host, 5, ' ') + ".com"; }
std::string person_card(uint64_t card1, uint64_t card2) {
  return fmt::format("{:04} {:04} {:04} {:04}", pick(low(card1), 10'000), pick(high(card1), 10'000), pick(low(card2), 10'000),
                     pick(high(card2), 10'000));
}
std::string_view person_city(uint64_t d) { return kCities[pick(low(d), std::size(kCities))]; }
std::string_view person_state(uint64_t d) { return kStates[pick(high(d), std::size(kStates))]; }

}  // namespace deltastream::connect::nexmark

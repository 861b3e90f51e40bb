#pragma once
// The strings of events (formulas in events.h). What is shared lives as long as the process, so that vectors may point at it.
// Thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

namespace deltastream::connect::nexmark {

std::string random_string(uint64_t d, int64_t max_length, char special);

// A slice of the shared letters.
std::string_view extra_text(uint64_t d, int64_t current, int64_t average);

struct ChannelTexts {
  std::string channel, url;
};
// `d` is the draw of kBidChannel.
const ChannelTexts& channel_texts(uint64_t d);

std::string person_name(uint64_t d);
std::string person_mail(uint64_t mail, uint64_t host);
std::string person_card(uint64_t card1, uint64_t card2);
std::string_view person_city(uint64_t d);
std::string_view person_state(uint64_t d);

}  // namespace deltastream::connect::nexmark

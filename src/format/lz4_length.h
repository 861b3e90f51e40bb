#pragma once
// The lengths in a block of LZ4: four bits in the token which, when all of them are set, go on in bytes for as long as those are 255.
// Pure; believes no length. https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md

#include <cstdint>
#include <string_view>

namespace deltastream::format {

// `length` holds the four bits, and the whole length afterwards; `rest` stands behind what belongs to it. False: the block ends before.
inline bool take_lz4_length(std::string_view& rest, uint64_t& length) {
  constexpr uint64_t kFourBitsFull = 15;
  if (length != kFourBitsFull) return true;
  for (;;) {
    if (rest.empty()) return false;
    const auto byte = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    length += byte;
    if (byte != 255) return true;
  }
}

}  // namespace deltastream::format

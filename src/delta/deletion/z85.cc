// Z85: four bytes as five printable characters, big endian in base 85 (ZeroMQ RFC 32).
#include <array>

#include "delta/deletion_vector.h"

namespace deltastream::delta {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
static_assert(kAlphabet.size() == 85);
constexpr uint8_t kNoDigit = 255;
// No whole group begins with the highest digit: it would be past 32 bits. Writers on kernels in Rust mark a last group of fewer
// bytes so, with one such character for each byte that is not there.
constexpr char kMissing = '#';

constexpr std::array<uint8_t, 256> make_digits() {
  std::array<uint8_t, 256> digits{};
  for (auto& digit : digits) digit = kNoDigit;
  for (size_t i = 0; i < kAlphabet.size(); i++) digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<uint8_t>(i);
  return digits;
}
constexpr std::array<uint8_t, 256> kDigits = make_digits();

}  // namespace

Result<std::string> z85_decode(std::string_view text) {
  if (text.size() % 5 != 0) return corrupt("Z85 text of " + std::to_string(text.size()) + " characters: it must be a multiple of 5");
  std::string bytes;
  bytes.reserve(text.size() / 5 * 4);
  for (size_t i = 0; i < text.size(); i += 5) {
    uint64_t value = 0;
    size_t missing = 0;
    while (i + 5 == text.size() && missing < 3 && text[i + missing] == kMissing) missing++;
    for (size_t k = i + missing; k < i + 5; k++) {
      uint8_t digit = kDigits[static_cast<unsigned char>(text[k])];
      if (digit == kNoDigit) return corrupt("Z85 text holds a character of code " + std::to_string(static_cast<unsigned char>(text[k])));
      value = value * 85 + digit;
    }
    const int bits = 32 - 8 * static_cast<int>(missing);
    if (value >> bits != 0) return corrupt("Z85 text holds a group past " + std::to_string(bits) + " bits at character " + std::to_string(i));
    for (int shift = bits - 8; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  }
  return bytes;
}

std::string z85_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 3) / 4 * 5);
  for (size_t i = 0; i < bytes.size(); i += 4) {
    uint32_t value = 0;
    for (size_t k = i; k < i + 4; k++) value = value << 8 | (k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u);
    char group[5];
    for (int k = 4; k >= 0; k--) {
      group[k] = kAlphabet[value % 85];
      value /= 85;
    }
    text.append(group, 5);
  }
  return text;
}

}  // namespace deltastream::delta

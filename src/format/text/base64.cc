#include "format/text/base64.h"

#include <array>
#include <cstdint>

namespace deltastream::format {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNone = 0xff;

constexpr std::array<uint8_t, 256> make_values() {
  std::array<uint8_t, 256> values{};
  values.fill(kNone);
  for (size_t i = 0; i < kAlphabet.size(); i++) values[uint8_t(kAlphabet[i])] = uint8_t(i);
  return values;
}
constexpr std::array<uint8_t, 256> kValues = make_values();

}  // namespace

bool base64_decode(std::string_view text, char* out, size_t& size) {
  if (text.size() % 4 != 0) return false;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') padding++;
  size_t digits = text.size() - padding;
  size = 0;
  uint32_t group = 0;
  for (size_t i = 0; i < digits; i++) {
    uint8_t value = kValues[uint8_t(text[i])];
    if (value == kNone) return false;
    group = group << 6 | value;
    if (i % 4 == 3) {
      out[size++] = char(group >> 16);
      out[size++] = char(group >> 8);
      out[size++] = char(group);
      group = 0;
    }
  }
  // What is left of the last group: 12 bits are one byte, 18 bits are two; the bits behind them must be zero.
  if (padding == 2) {
    out[size++] = char(group >> 4);
    return (group & 0xf) == 0;
  }
  if (padding == 1) {
    out[size++] = char(group >> 10);
    out[size++] = char(group >> 2);
    return (group & 0x3) == 0;
  }
  return true;
}

void append_base64(std::string& out, std::string_view bytes) {
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = uint32_t(uint8_t(bytes[i])) << 16;
    if (i + 1 < bytes.size()) group |= uint32_t(uint8_t(bytes[i + 1])) << 8;
    if (i + 2 < bytes.size()) group |= uint8_t(bytes[i + 2]);
    out += kAlphabet[group >> 18];
    out += kAlphabet[group >> 12 & 63];
    out += i + 1 < bytes.size() ? kAlphabet[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kAlphabet[group & 63] : '=';
  }
}

}  // namespace deltastream::format

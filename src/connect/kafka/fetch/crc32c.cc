#include "connect/kafka/fetch/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace deltastream::connect::kafka::fetch {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;  // reflected

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? kPolynomial : 0);
    table[i] = value;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kTable = make_table();

uint32_t continue_by_table(uint32_t crc, const char* at, size_t size) {
  for (size_t i = 0; i < size; i++) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(at[i])) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
// One instruction takes eight bytes and three cycles, and three may be under way at once: three lanes of this length are computed side
// by side and then joined. What a lane of zeros makes of a CRC is linear in its bits: one table for each of its bytes.
constexpr size_t kLane = 4096;

constexpr uint32_t behind_zeros(uint32_t crc) {
  for (size_t i = 0; i < kLane; i++) crc = (crc >> 8) ^ kTable[crc & 0xFF];
  return crc;
}

struct ZerosTable {
  ZerosTable() {
    std::array<uint32_t, 32> bits{};
    for (uint32_t bit = 0; bit < 32; bit++) bits[bit] = behind_zeros(1u << bit);
    for (uint32_t byte = 0; byte < 4; byte++) {
      for (uint32_t value = 0; value < 256; value++) {
        uint32_t sum = 0;
        for (uint32_t bit = 0; bit < 8; bit++) sum ^= value >> bit & 1 ? bits[byte * 8 + bit] : 0;
        of[byte][value] = sum;
      }
    }
  }
  uint32_t operator()(uint32_t crc) const { return of[0][crc & 0xFF] ^ of[1][crc >> 8 & 0xFF] ^ of[2][crc >> 16 & 0xFF] ^ of[3][crc >> 24]; }
  uint32_t of[4][256];
};

uint64_t eight(const char* at) {
  uint64_t bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

__attribute__((target("sse4.2"))) uint32_t crc32c_by_instruction(const char* at, size_t size) {
  static const ZerosTable behind;
  uint64_t crc = 0xFFFFFFFF;
  for (; size >= 3 * kLane; size -= 3 * kLane, at += 3 * kLane) {
    uint64_t second = 0, third = 0;
    for (size_t i = 0; i < kLane; i += 8) {
      crc = _mm_crc32_u64(crc, eight(at + i));
      second = _mm_crc32_u64(second, eight(at + kLane + i));
      third = _mm_crc32_u64(third, eight(at + 2 * kLane + i));
    }
    crc = behind(static_cast<uint32_t>(crc)) ^ second;
    crc = behind(static_cast<uint32_t>(crc)) ^ third;
  }
  for (; size >= 8; size -= 8, at += 8) crc = _mm_crc32_u64(crc, eight(at));
  auto rest = static_cast<uint32_t>(crc);
  for (; size > 0; size--, at++) rest = _mm_crc32_u8(rest, static_cast<uint8_t>(*at));
  return ~rest;
}
#endif

}  // namespace

uint32_t crc32c_by_table(std::string_view bytes) { return ~continue_by_table(0xFFFFFFFF, bytes.data(), bytes.size()); }

uint32_t crc32c(std::string_view bytes) {
#if defined(__x86_64__)
  static const bool kHasInstruction = __builtin_cpu_supports("sse4.2");
  if (kHasInstruction) return crc32c_by_instruction(bytes.data(), bytes.size());
#endif
  return crc32c_by_table(bytes);
}

}  // namespace deltastream::connect::kafka::fetch

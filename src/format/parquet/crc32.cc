#include "format/parquet/crc32.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace deltastream::format::parquet {
namespace {

#if defined(__x86_64__)

// Gopal, Ozturk et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009): 64 bytes at a
// time are folded into four registers, these into one, which Barrett's reduction brings to 32 bits. The constants are powers
// of x modulo the polynomial, bits reversed. `size` is a multiple of 16 and at least 64; `crc` is the inverted checksum.
__attribute__((target("pclmul,sse4.1"))) uint32_t fold(const char* at, size_t size, uint32_t crc) {
  const __m128i fold_by_4 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
  const __m128i fold_by_1 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  const __m128i fold_to_64 = _mm_set_epi64x(0, 0x0163cd6124);
  const __m128i polynomial = _mm_set_epi64x(0x01f7011641, 0x01db710641);
  const __m128i low_32 = _mm_setr_epi32(~0, 0, ~0, 0);
  auto load = [](const char* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
  __m128i lane[4];
  for (int i = 0; i < 4; i++) lane[i] = load(at + 16 * i);
  lane[0] = _mm_xor_si128(lane[0], _mm_cvtsi32_si128(static_cast<int>(crc)));
  at += 64;
  size -= 64;
  for (; size >= 64; at += 64, size -= 64) {
    for (int i = 0; i < 4; i++) {
      const __m128i low = _mm_clmulepi64_si128(lane[i], fold_by_4, 0x00), high = _mm_clmulepi64_si128(lane[i], fold_by_4, 0x11);
      lane[i] = _mm_xor_si128(_mm_xor_si128(low, high), load(at + 16 * i));
    }
  }
  __m128i all = lane[0];
  for (int i = 1; i < 4; i++) {
    const __m128i low = _mm_clmulepi64_si128(all, fold_by_1, 0x00), high = _mm_clmulepi64_si128(all, fold_by_1, 0x11);
    all = _mm_xor_si128(_mm_xor_si128(low, high), lane[i]);
  }
  for (; size >= 16; at += 16, size -= 16) {
    const __m128i low = _mm_clmulepi64_si128(all, fold_by_1, 0x00), high = _mm_clmulepi64_si128(all, fold_by_1, 0x11);
    all = _mm_xor_si128(_mm_xor_si128(low, high), load(at));
  }
  all = _mm_xor_si128(_mm_srli_si128(all, 8), _mm_clmulepi64_si128(all, fold_by_1, 0x10));
  all = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(all, low_32), fold_to_64, 0x00), _mm_srli_si128(all, 4));
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(all, low_32), polynomial, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_32), polynomial, 0x00);
  return static_cast<uint32_t>(_mm_extract_epi32(_mm_xor_si128(all, quotient), 1));
}

const bool kFolds = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");

#endif

}  // namespace

uint32_t crc32_of(std::string_view bytes, uint32_t crc) {
#if defined(__x86_64__)
  if (kFolds && bytes.size() >= 64) {
    const size_t folded = bytes.size() & ~size_t{15};
    crc = ~fold(bytes.data(), folded, ~crc);
    bytes.remove_prefix(folded);
  }
#endif
  return static_cast<uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace deltastream::format::parquet

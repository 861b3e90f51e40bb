#include "format/parquet/page_prefix.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "brotli/encode.h"
#include "format/parquet/gzip_testing.h"
#include "lz4.hpp"
#include "parquet_types.h"
#include "snappy.h"
#include "zstd.h"

namespace deltastream::format::parquet {
namespace {

using Codec = duckdb_parquet::CompressionCodec;

std::string pack(int32_t codec, const std::string& bytes) {
  std::string out(2 * bytes.size() + 1000, '\0');
  size_t size = out.size();
  switch (codec) {
    case Codec::UNCOMPRESSED: return bytes;
    case Codec::SNAPPY: duckdb_snappy::RawCompress(bytes.data(), bytes.size(), out.data(), &size); break;
    case Codec::GZIP: return gzip(bytes.substr(0, bytes.size() / 2)) + gzip(bytes.substr(bytes.size() / 2));  // of two members
    case Codec::BROTLI:
      EXPECT_TRUE(duckdb_brotli::BrotliEncoderCompress(5, 22, BROTLI_MODE_GENERIC, bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()), &size,
                                                       reinterpret_cast<uint8_t*>(out.data())));
      break;
    case Codec::ZSTD: size = duckdb_zstd::ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1); break;
    default:
      size = static_cast<size_t>(duckdb_lz4::LZ4_compress_default(bytes.data(), out.data(), static_cast<int>(bytes.size()), static_cast<int>(out.size())));
  }
  out.resize(size);
  return out;
}

// Runs, repeats and noise.
std::string text(std::mt19937_64& random, size_t size) {
  std::string made;
  while (made.size() < size) {
    switch (random() % 3) {
      case 0: made.append(random() % 200, static_cast<char>(random())); break;
      case 1: for (uint64_t n = random() % 100; n > 0; n--) made += static_cast<char>(random()); break;
      default:
        if (!made.empty()) made += made.substr(random() % made.size(), random() % 400);
    }
  }
  made.resize(size);
  return made;
}

constexpr int32_t kCodecs[] = {Codec::UNCOMPRESSED, Codec::SNAPPY, Codec::GZIP, Codec::BROTLI, Codec::ZSTD, Codec::LZ4_RAW};

TEST(PagePrefix, IsTheBeginningOfThePage) {
  std::mt19937_64 random(3);
  for (int32_t codec : kCodecs) {
    EXPECT_TRUE(is_known_codec(codec));
    for (size_t size : {1, 4, 70, 1000, 66000, 400000}) {
      const std::string whole = text(random, size), packed = pack(codec, whole);
      EXPECT_TRUE(may_unpack_to(codec, packed, whole.size())) << codec << " " << size;
      for (size_t wanted : {size, size / 2, size / 3 + 1, std::min<size_t>(size, 5)}) {
        std::string first(wanted, '\0');
        ASSERT_TRUE(unpack_first(codec, packed, first)) << codec << " " << size << " " << wanted;
        ASSERT_EQ(first, whole.substr(0, wanted)) << codec;
      }
      std::string more(size + 1, '\0');
      EXPECT_FALSE(unpack_first(codec, packed, more)) << codec << " " << size;
      // Cut short, it still tells what comes before the cut.
      std::string first(size / 4, '\0');
      EXPECT_TRUE(size < 400000 || unpack_first(codec, std::string_view(packed).substr(0, packed.size() / 2), first)) << codec;
    }
  }
}

TEST(PagePrefix, AnyBytesAreTakenOrRefused) {
  std::mt19937_64 random(5);
  size_t refused = 0;
  for (int i = 0; i < 6000; i++) {
    const int32_t codec = kCodecs[1 + i % 5];
    std::string packed = pack(codec, text(random, 300));
    for (uint64_t n = random() % 4; n > 0; n--) packed[random() % packed.size()] = static_cast<char>(random());
    if (random() % 4 == 0) packed.resize(random() % packed.size());
    std::string first(random() % 300, '\0');
    refused += !unpack_first(codec, packed, first);
  }
  EXPECT_GT(refused, 500u);
}

TEST(PagePrefix, WhatCannotBecomeSoMuch) {
  EXPECT_FALSE(may_unpack_to(Codec::UNCOMPRESSED, "abc", 4));
  EXPECT_FALSE(may_unpack_to(Codec::SNAPPY, pack(Codec::SNAPPY, "abc"), 1 << 30));
  EXPECT_FALSE(may_unpack_to(Codec::GZIP, pack(Codec::GZIP, "abc"), 1 << 30));
  EXPECT_FALSE(may_unpack_to(Codec::ZSTD, pack(Codec::ZSTD, "abc"), 1 << 30));
  EXPECT_FALSE(may_unpack_to(Codec::LZ4_RAW, pack(Codec::LZ4_RAW, "abc"), 1 << 30));
  for (int32_t codec : kCodecs) EXPECT_TRUE(may_unpack_to(codec, pack(codec, std::string(50 << 20, 'a')), 50 << 20)) << codec;
}

}  // namespace
}  // namespace deltastream::format::parquet

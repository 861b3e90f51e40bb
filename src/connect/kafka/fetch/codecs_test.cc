#include "connect/kafka/fetch/codecs.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include "connect/kafka/fetch/crc32c.h"
#include "connect/test_tables.h"

namespace deltastream::connect::kafka::fetch {
namespace {

constexpr size_t kLimit = 1'000'000;

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

std::string customers() {
  std::string text;
  for (int i = 0; i < 12; i++) text += "{\"id\":" + std::to_string(i) + ",\"name\":\"customer\"}";
  return text;
}

// What the lz4 program and Arrow's Snappy made of customers().
const std::string kLz4 = from_hex(
    "04224d186440a759000000f20b7b226964223a302c226e616d65223a22637573746f6d6572227d1a001f311a00061f321a00061f331a00061f341a00061f351a00061f361a00"
    "061f371a00061f381a00061f391a00061f310501080b0601506d6572227d0000000011e6579a");
const std::string kLz4Linked = from_hex(
    "04224d1860408259000000f20b7b226964223a302c226e616d65223a22637573746f6d6572227d1a001f311a00061f321a00061f331a00061f341a00061f351a00061f361a00"
    "061f371a00061f381a00061f391a00061f310501080b0601506d6572227d00000000");
const std::string kSnappy = from_hex(
    "ba02647b226964223a302c226e616d65223a22637573746f6d6572227d091a0031621a000032621a000033621a000034621a000035621a000036621a000037621a000038621a"
    "000039621a0000316a05014e0601");

std::string xerial(const std::vector<std::string>& blocks) {
  std::string bytes("\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16);
  for (const std::string& block : blocks) {
    for (int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(block.size() >> shift));
    bytes += block;
  }
  return bytes;
}

std::string zstd(std::string_view plain) {
  std::string small(ZSTD_compressBound(plain.size()), 0);
  small.resize(ZSTD_compress(small.data(), small.size(), plain.data(), plain.size(), 3));
  return small;
}

TEST(Decompressor, ReadsWhatOthersWrite) {
  Decompressor decompressor;
  Buffer out;
  const std::string text = customers();
  for (const auto& [codec, bytes, plain] : std::vector<std::tuple<Codec, std::string, std::string>>{{Codec::kNone, text, text},
                                                                                                  {Codec::kLz4, kLz4, text},
                                                                                                  {Codec::kLz4, kLz4Linked, text},
                                                                                                  {Codec::kLz4, kLz4 + kLz4Linked, text + text},
                                                                                                  {Codec::kSnappy, kSnappy, text},
                                                                                                  {Codec::kSnappy, xerial({kSnappy, kSnappy}), text + text},
                                                                                                  {Codec::kZstd, zstd(text) + zstd(text), text + text}}) {
    ASSERT_OK(decompressor.decompress(codec, bytes, kLimit, out));
    EXPECT_EQ(out.view(), plain);
  }
}

TEST(Decompressor, StopsAtTheLimit) {
  Decompressor decompressor;
  Buffer out;
  const std::string zeros(300'000, '0');
  EXPECT_ERROR(decompressor.decompress(Codec::kZstd, zstd(zeros), 100'000, out), ErrorKind::kResource, "receive.message.max.bytes");
  EXPECT_ERROR(decompressor.decompress(Codec::kLz4, kLz4, 200, out), ErrorKind::kResource, "receive.message.max.bytes");
  EXPECT_ERROR(decompressor.decompress(Codec::kSnappy, kSnappy, 200, out), ErrorKind::kResource, "receive.message.max.bytes");
  ASSERT_OK(decompressor.decompress(Codec::kZstd, zstd(zeros), 300'000, out));
  EXPECT_EQ(out.view(), zeros);
}

// Cut off anywhere, and with any byte changed: refused, or something of a bounded size; sanitizers watch.
TEST(Decompressor, DamagedBytesDoNoHarm) {
  Decompressor decompressor;
  Buffer out;
  for (const auto& [codec, good] : std::vector<std::pair<Codec, std::string>>{
           {Codec::kLz4, kLz4}, {Codec::kLz4, kLz4Linked}, {Codec::kSnappy, kSnappy}, {Codec::kSnappy, xerial({kSnappy})}, {Codec::kZstd, zstd(customers())}}) {
    for (size_t size = 1; size < good.size(); size++) {
      EXPECT_FALSE(decompressor.decompress(codec, good.substr(0, size), kLimit, out).ok() && out.view() == customers()) << size;
    }
    for (size_t place = 0; place < good.size(); place++) {
      for (int change : {0x01, 0x10, 0x80, 0xFF}) {
        std::string bytes = good;
        bytes[place] = static_cast<char>(bytes[place] ^ change);
        const Status done = decompressor.decompress(codec, bytes, kLimit, out);
        EXPECT_TRUE(!done.ok() || out.size() <= kLimit);
      }
    }
  }
  EXPECT_ERROR(decompressor.decompress(static_cast<Codec>(5), "x", kLimit, out), ErrorKind::kUnsupported, "codec 5");
}

TEST(Crc32c, IsTheOneOfTheProtocol) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(""), 0u);
  std::string bytes;
  uint32_t state = 1;
  for (size_t size : {1u, 7u, 8u, 63u, 4096u, 12287u, 12288u, 12289u, 100'003u}) {
    while (bytes.size() < size) bytes.push_back(static_cast<char>((state = state * 1664525 + 1013904223) >> 24));
    EXPECT_EQ(crc32c(bytes), crc32c_by_table(bytes)) << size;
  }
}

}  // namespace
}  // namespace deltastream::connect::kafka::fetch

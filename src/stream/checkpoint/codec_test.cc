#include "stream/checkpoint/codec.h"

#include <gtest/gtest.h>

#include <zlib.h>

namespace deltastream::stream {
namespace {

Checkpoint example() {
  Checkpoint checkpoint;
  checkpoint.pipeline = "p";
  checkpoint.fingerprint = "f";
  checkpoint.duckdb_version = "v1";
  checkpoint.epoch = 7;
  checkpoint.created_us = -5;
  checkpoint.final = true;
  checkpoint.splits.push_back({"out/1", "t", {"file", "path"}, {12, "state"}, 99, true});
  checkpoint.operators.push_back({"out/0", 3, 98, std::string("a\0b", 3)});
  CommitRequest commit;
  commit.pipeline = "p";
  commit.sink = "out";
  commit.epoch = 7;
  commit.final = true;
  commit.prepared = {"one", "", "three"};
  commit.offsets["t"]["file"] = {12, "state"};
  checkpoint.commits.push_back(commit);
  return checkpoint;
}

TEST(Codec, GivesBackWhatWasWritten) {
  auto decoded = decode_checkpoint(encode_checkpoint(example()));
  ASSERT_TRUE(decoded.ok()) << decoded.error().to_string();
  EXPECT_EQ(encode_checkpoint(*decoded), encode_checkpoint(example()));
  EXPECT_EQ(decoded->splits.at(0).split.payload, "path");
  EXPECT_EQ(decoded->operators.at(0).bytes.size(), 3u);
  EXPECT_EQ(decoded->commits.at(0).epoch, 7);
  EXPECT_EQ(decoded->commits.at(0).prepared.size(), 3u);
  EXPECT_TRUE(decoded->commits.at(0).final);
  EXPECT_EQ(decoded->commits.at(0).offsets.at("t").at("file").offset, 12);
}

TEST(Codec, EveryCutAndEveryFlippedByteIsSeen) {
  const std::string whole = encode_checkpoint(example());
  for (size_t length = 0; length < whole.size(); length++) {
    auto cut = decode_checkpoint(std::string_view(whole).substr(0, length));
    ASSERT_FALSE(cut.ok()) << length;
    EXPECT_EQ(cut.error().kind(), ErrorKind::kCorrupt);
  }
  for (size_t at = 0; at < whole.size(); at++) {
    std::string flipped = whole;
    flipped[at] ^= 0x20;
    auto decoded = decode_checkpoint(flipped);
    ASSERT_FALSE(decoded.ok()) << at;
    EXPECT_EQ(decoded.error().kind(), ErrorKind::kCorrupt) << at;
  }
}

// Sets a byte and makes the checksum fit again.
std::string forged(std::string bytes, size_t at, char value) {
  bytes[at] = value;
  bytes.resize(bytes.size() - 4);
  const auto sum = static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(sum >> shift));
  return bytes;
}

TEST(Codec, LengthsAreNotBelieved) {
  const std::string whole = encode_checkpoint(example());
  for (size_t at = 8; at < whole.size() - 4; at++) {
    auto decoded = decode_checkpoint(forged(whole, at, '\x7f'));  // as the high byte of a length: 2^62 and more
    if (decoded.ok()) continue;  // a byte of a text
    EXPECT_EQ(decoded.error().kind(), ErrorKind::kCorrupt) << at;
  }
  auto newer = decode_checkpoint(forged(whole, 4, 9));
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().kind(), ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace deltastream::stream

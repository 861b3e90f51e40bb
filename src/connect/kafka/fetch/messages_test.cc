#include "connect/kafka/fetch/messages.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "connect/kafka/fetch/batch_builder_testing.h"
#include "connect/test_tables.h"

namespace deltastream::connect::kafka::fetch {
namespace {

class Bytes final : public ByteSource {
 public:
  explicit Bytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Status read(char* to, size_t size) override {
    if (size > bytes_.size() - at_) return unavailable("the broker ended the connection");
    std::memcpy(to, bytes_.data() + at_, size);
    at_ += size;
    return {};
  }
  size_t left() const { return bytes_.size() - at_; }

 private:
  const std::string bytes_;
  size_t at_ = 0;
};

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return text;
}

std::string with_length(const std::string& body) {
  WireWriter length;
  length.number(static_cast<int32_t>(body.size()));
  return length.bytes() + body;
}

// An answer to Fetch about topic "t": partition 3 with an aborted transaction and records, partition 4 with an error.
std::string fetch_answer(int16_t version, const std::string& records) {
  WireWriter out;
  out.number(int32_t(5));   // correlation
  out.number(int32_t(20));  // throttle
  if (version >= 7) {
    out.number(int16_t(0));
    out.number(int32_t(0));
  }
  out.number(int32_t(1));
  out.text("t");
  out.number(int32_t(2));
  for (int32_t partition : {3, 4}) {
    const bool good = partition == 3;
    out.number(partition);
    out.number(int16_t(good ? 0 : 6));
    out.number(int64_t(good ? 900 : -1));
    out.number(int64_t(good ? 800 : -1));
    if (version >= 5) out.number(int64_t(0));
    out.number(int32_t(good ? 2 : -1));
    if (good) {
      for (int64_t producer : {8, 7}) {
        out.number(producer);
        out.number(producer * 10);
      }
    }
    if (version >= 11) out.number(int32_t(-1));
    out.number(static_cast<int32_t>(good ? records.size() : 0));
    if (good) {
      for (const char byte : records) out.number(int8_t(byte));
    }
  }
  return with_length(out.bytes());
}

struct Taken {
  Result<FetchAnswer> answer = FetchAnswer();
  std::vector<PartitionAnswer> partitions;
};
Taken take(ByteSource& source, int16_t version) {
  Taken taken;
  auto buffer = [](size_t bytes) {
    Buffer made;
    made.reserve(bytes);
    return made;
  };
  taken.answer = read_fetch_answer(source, version, 5, 1'000'000, buffer, [&](PartitionAnswer one) { taken.partitions.push_back(std::move(one)); });
  return taken;
}

TEST(FetchMessages, RequestsAreWhatTheProtocolSays) {
  EXPECT_EQ(hex(api_versions_request(1, "me")), "0000000c" "0012" "0000" "00000001" "00026d65");
  const std::vector<FetchWish> wishes{{"a", 1, 16}, {"a", 2, 17}, {"b", 0, 18}};
  FetchLimits limits;
  limits.max_bytes = 4096;
  limits.partition_bytes = 1024;
  const std::string head = "00000002" "00026d65" "ffffffff" "00000064" "00000001" "00001000" "01";
  EXPECT_EQ(hex(fetch_request(4, 2, "me", limits, wishes)).substr(8),
            "0001" "0004" + head + "00000002"
            "000161" "00000002" "00000001" "0000000000000010" "00000400" "00000002" "0000000000000011" "00000400"
            "000162" "00000001" "00000000" "0000000000000012" "00000400");
  limits.read_committed = false;
  EXPECT_EQ(hex(fetch_request(11, 2, "me", limits, std::span(wishes).first(1))).substr(8),
            "0001" "000b" + head.substr(0, head.size() - 2) + "00" "00000000" "ffffffff" "00000001"
            "000161" "00000001" "00000001" "ffffffff" "0000000000000010" "ffffffffffffffff" "00000400" "00000000" "0000");
}

TEST(FetchMessages, AnswersOfEveryVersionAreRead) {
  const std::string records = batch_bytes(plain_batch(0, 3));
  for (int16_t version : {4, 5, 6, 7, 8, 9, 10, 11}) {
    Bytes source(fetch_answer(version, records) + "next");
    Taken taken = take(source, version);
    ASSERT_OK(taken.answer);
    EXPECT_EQ(source.left(), 4u);
    EXPECT_EQ(taken.answer->throttle_ms, 20);
    ASSERT_EQ(taken.partitions.size(), 2u);
    EXPECT_EQ(taken.partitions[0].topic, "t");
    EXPECT_EQ(taken.partitions[0].partition, 3);
    EXPECT_EQ(taken.partitions[0].high_watermark, 900);
    EXPECT_EQ(taken.partitions[0].piece.bytes.view(), records);
    ASSERT_EQ(taken.partitions[0].piece.aborted.size(), 2u);
    EXPECT_EQ(taken.partitions[0].piece.aborted[0].producer_id, 7);  // in the order of their offsets
    EXPECT_EQ(taken.partitions[1].error, 6);
  }
}

TEST(FetchMessages, AnswersThatAreNoneAreRefused) {
  const std::string good = fetch_answer(11, batch_bytes(plain_batch(0, 3)));
  for (size_t size = 0; size < good.size(); size++) {
    Bytes source(good.substr(0, size));
    EXPECT_ERROR(take(source, 11).answer, ErrorKind::kUnavailable, "ended the connection");
    if (size < 4) continue;
    Bytes shorter(with_length(good.substr(4, size - 4)));
    const Taken taken = take(shorter, 11);
    EXPECT_ERROR(taken.answer, ErrorKind::kCorrupt, "an answer");
  }
  for (size_t place = 0; place < good.size(); place++) {
    for (int value : {0x00, 0x7F, 0x80, 0xFF}) {
      std::string bytes = good;
      bytes[place] = static_cast<char>(value);
      Bytes source(std::move(bytes));
      take(source, 11);  // whatever comes of it, sanitizers watch
    }
  }
}

TEST(FetchMessages, TheNewestVersionThatBothKnowIsSpoken) {
  auto answer = [](int16_t oldest, int16_t newest, int16_t error = 0) {
    WireWriter out;
    out.number(int32_t(1));
    out.number(error);
    out.number(int32_t(2));
    for (int16_t value : std::initializer_list<int16_t>{0, 3, 9, 1, oldest, newest}) out.number(value);
    return Bytes(with_length(out.bytes()));
  };
  auto version = [](Bytes bytes) { return read_api_versions(bytes, 1, 1000); };
  EXPECT_EQ(*version(answer(4, 17)), 11);
  EXPECT_EQ(*version(answer(0, 7)), 7);
  EXPECT_ERROR(version(answer(0, 3)), ErrorKind::kUnsupported, "Fetch");
  EXPECT_ERROR(version(answer(12, 17)), ErrorKind::kUnsupported, "Fetch");
  EXPECT_ERROR(version(answer(4, 17, 35)), ErrorKind::kUnsupported, "error 35");
}

}  // namespace
}  // namespace deltastream::connect::kafka::fetch

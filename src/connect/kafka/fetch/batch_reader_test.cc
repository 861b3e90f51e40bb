#include "connect/kafka/fetch/batch_reader.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "connect/kafka/fetch/batch_builder_testing.h"
#include "connect/test_tables.h"

namespace deltastream::connect::kafka::fetch {
namespace {

Piece piece_of(std::string_view bytes, std::vector<AbortedTransaction> aborted = {}) { return {buffer_of(bytes), std::move(aborted)}; }

std::vector<std::string> values(const std::vector<Record>& records) {
  std::vector<std::string> texts;
  for (const Record& record : records) texts.emplace_back(record.value_bytes());
  return texts;
}

// "v<from>" … "v<to - 1>".
std::vector<std::string> numbered(int64_t from, int64_t to) {
  std::vector<std::string> texts;
  for (int64_t i = from; i < to; i++) texts.push_back("v" + std::to_string(i));
  return texts;
}

// All values of the bytes, `limit` at a time.
std::vector<std::string> read_all(BatchReader& reader, Piece piece, size_t limit = 1000) {
  std::vector<std::string> all;
  std::vector<Buffer> spare;
  reader.open(std::move(piece));
  while (!reader.done()) {
    std::vector<Record> records;
    reader.release(spare);
    EXPECT_OK(reader.read(limit, records));
    for (std::string& text : values(records)) all.push_back(std::move(text));
  }
  return all;
}

TEST(BatchReader, GivesEveryPartOfARecord) {
  BuiltBatch batch;
  batch.base_offset = 40;
  batch.records = {{0, "key", "value", 5, {{"trace", "x"}, {"none", std::nullopt}}}, {2, std::nullopt, std::nullopt, -3}, {3, "", ""}};
  BatchReader reader(BatchRules(), 40);
  reader.open(piece_of(batch_bytes(batch)));
  std::vector<Record> records;
  ASSERT_OK(reader.read(10, records));
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].offset, 40);
  EXPECT_EQ(records[0].key_bytes(), "key");
  EXPECT_EQ(records[0].value_bytes(), "value");
  EXPECT_EQ(records[0].timestamp_ms, 1'700'000'000'005);
  EXPECT_EQ(records[0].timestamp_type, TimestampType::kCreateTime);
  EXPECT_EQ(records[0].leader_epoch, 7);
  std::vector<std::string> headers;
  for_each_header(records[0], [&](const Header& header) { headers.push_back(std::string(header.first) + "=" + std::string(header.second.value_or("NULL"))); });
  EXPECT_EQ(headers, (std::vector<std::string>{"trace=x", "none=NULL"}));
  EXPECT_EQ(records[1].offset, 42);
  EXPECT_EQ(records[1].key, nullptr);
  EXPECT_EQ(records[1].value, nullptr);
  EXPECT_EQ(records[1].timestamp_ms, 1'699'999'999'997);
  EXPECT_NE(records[2].key, nullptr);
  EXPECT_NE(records[2].value, nullptr);
  EXPECT_EQ(reader.position(), 44);
}

TEST(BatchReader, TheBrokersTimeStandsForAllRecordsOfABatch) {
  BuiltBatch batch = plain_batch(0, 2);
  batch.attributes = 0x08;
  BatchReader reader(BatchRules(), 0);
  reader.open(piece_of(batch_bytes(batch)));
  std::vector<Record> records;
  ASSERT_OK(reader.read(10, records));
  EXPECT_EQ(records[1].timestamp_type, TimestampType::kLogAppendTime);
  EXPECT_EQ(records[1].timestamp_ms, 1'700'000'000'999);
}

TEST(BatchReader, BeginsWithinABatchAndStopsWithinOne) {
  const std::string bytes = batch_bytes(plain_batch(0, 10)) + batch_bytes(plain_batch(10, 30));
  for (size_t limit : {1u, 3u, 7u, 100u}) {
    BatchReader reader(BatchRules(), 4);
    EXPECT_EQ(read_all(reader, piece_of(bytes), limit), numbered(4, 30));
    EXPECT_EQ(reader.position(), 30);
  }
}

TEST(BatchReader, GapsOfCompactionArePassedOver) {
  BuiltBatch gaps = plain_batch(0, 6);
  gaps.records.erase(gaps.records.begin() + 1, gaps.records.begin() + 4);
  gaps.last_delta = 9;
  BuiltBatch empty;
  empty.base_offset = 20;
  empty.last_delta = 4;
  BatchReader reader(BatchRules(), 0);
  EXPECT_EQ(read_all(reader, piece_of(batch_bytes(gaps))), (std::vector<std::string>{"v0", "v4", "v5"}));
  EXPECT_EQ(reader.position(), 10);
  EXPECT_TRUE(read_all(reader, piece_of(batch_bytes(empty))).empty());
  EXPECT_EQ(reader.position(), 25);
}

// Two producers at the same time, the one of which gives up its first transaction and commits its second.
TEST(BatchReader, WhatWasGivenUpWithATransactionIsNotGiven) {
  auto of_producer = [](int64_t from, int64_t to, int64_t producer) {
    BuiltBatch batch = plain_batch(from, to);
    batch.attributes = 0x10;
    batch.producer_id = producer;
    return batch_bytes(batch);
  };
  const std::string bytes = of_producer(0, 3, 1) + of_producer(3, 5, 2) + of_producer(5, 6, 1) + batch_bytes(mark_batch(6, 1, false)) +
                            of_producer(7, 9, 1) + batch_bytes(mark_batch(9, 2, true)) + batch_bytes(mark_batch(10, 1, true));
  const std::vector<AbortedTransaction> aborted{{1, 0}};
  BatchReader committed(BatchRules(), 0);
  EXPECT_EQ(read_all(committed, piece_of(bytes, aborted), 2), (std::vector<std::string>{"v3", "v4", "v7", "v8"}));
  EXPECT_EQ(committed.position(), 11);
  BatchRules rules;
  rules.read_committed = false;
  BatchReader everything(rules, 0);
  EXPECT_EQ(read_all(everything, piece_of(bytes)), (std::vector<std::string>{"v0", "v1", "v2", "v3", "v4", "v5", "v7", "v8"}));
}

TEST(BatchReader, CompressedBatchesStayGoodUntilTheNextRead) {
  auto compressed = [](BuiltBatch batch, bool zstd) {
    const std::string plain = records_bytes(batch);
    std::string small(plain.size() + 1000, 0);
    if (zstd) {
      small.resize(ZSTD_compress(small.data(), small.size(), plain.data(), plain.size(), 1));
    } else {
      z_stream stream{};
      deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
      stream.avail_in = static_cast<uInt>(plain.size());
      stream.next_out = reinterpret_cast<Bytef*>(small.data());
      stream.avail_out = static_cast<uInt>(small.size());
      EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
      small.resize(stream.total_out);
      deflateEnd(&stream);
    }
    batch.attributes = zstd ? 4 : 1;
    batch.compressed = small;
    return batch_bytes(batch);
  };
  std::string bytes;
  for (int64_t i = 0; i < 20; i++) bytes += i % 3 == 2 ? batch_bytes(plain_batch(i * 50, i * 50 + 50)) : compressed(plain_batch(i * 50, i * 50 + 50), i % 3 == 0);
  for (size_t limit : {1u, 49u, 333u, 5000u}) {
    BatchReader reader(BatchRules(), 0);
    EXPECT_EQ(read_all(reader, piece_of(bytes), limit), numbered(0, 1000)) << limit;
  }
}

TEST(BatchReader, ValuesAloneCanBeDecodedWhereTheyStand) {
  BuiltBatch mixed = plain_batch(0, 8);
  mixed.records[2].value.reset();
  mixed.records[3].key = "\"key\"";
  mixed.records[4].headers = {{"trace", "{"}};
  mixed.records[5].value = "";
  BatchRules rules;
  rules.values_only = true;
  BatchReader reader(rules, 1);
  reader.open(piece_of(batch_bytes(mixed) + batch_bytes(plain_batch(8, 10))));
  std::vector<Record> records;
  std::string joined;
  const char* end = nullptr;
  while (!reader.done()) {
    ASSERT_OK(reader.read(records.size() + 3, records));
  }
  for (const Record& record : records) {
    EXPECT_TRUE(record.padded && !record.key && record.headers.empty());
    if (!record.value) continue;
    if (record.joined) joined += std::string(end, record.value);
    if (!record.joined) joined += "|";
    joined += record.value_bytes();
    end = record.value + record.value_size;
  }
  EXPECT_EQ(joined.find_first_not_of("| v0123456789"), std::string::npos) << joined;
  std::erase(joined, ' ');
  EXPECT_EQ(joined, "|v1v3v4v6v7|v8v9");
}

TEST(BatchReader, ADamagedBatchIsRefusedAfterTheGoodOnes) {
  std::string bytes = batch_bytes(plain_batch(0, 3)) + batch_bytes(plain_batch(3, 6));
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  BatchReader reader(BatchRules(), 0);
  reader.open(piece_of(bytes));
  std::vector<Record> records;
  EXPECT_ERROR(reader.read(10, records), ErrorKind::kCorrupt, "offset 3", "CRC");
  EXPECT_EQ(values(records), numbered(0, 3));
  EXPECT_EQ(reader.position(), 3);
  records.clear();
  EXPECT_ERROR(reader.read(10, records), ErrorKind::kCorrupt, "offset 3", "CRC");
  EXPECT_TRUE(records.empty());
}

TEST(BatchReader, OlderFormatsAreLeftToOthers) {
  std::string old = batch_bytes(plain_batch(3, 6));
  old[16] = 1;
  BatchReader reader(BatchRules(), 0);
  reader.open(piece_of(batch_bytes(plain_batch(0, 3)) + old));
  std::vector<Record> records;
  EXPECT_ERROR(reader.read(10, records), ErrorKind::kUnsupported, "format 1");
  EXPECT_EQ(reader.position(), 3);
}

TEST(BatchReader, ABatchThatIsCutOffIsNotThere) {
  const std::string first = batch_bytes(plain_batch(0, 3)), second = batch_bytes(plain_batch(3, 6));
  for (size_t size = 0; size <= first.size() + second.size(); size++) {
    const std::string bytes = (first + second).substr(0, size);
    const WholeBatches whole = whole_batches(bytes);
    const int64_t records = size < first.size() ? 0 : size < first.size() + second.size() ? 3 : 6;
    EXPECT_EQ(whole.next_offset, records == 0 ? -1 : records);
    BatchReader reader(BatchRules(), 0);
    EXPECT_EQ(read_all(reader, piece_of(bytes)), numbered(0, records)) << size;
  }
}

// Whatever stands in the bytes, what is given lies within them; sanitizers watch.
TEST(BatchReader, AnyByteMayBeWrong) {
  BuiltBatch batch = plain_batch(0, 4);
  batch.records[1].headers = {{"trace", "x"}};
  batch.records[2].key = "key";
  const std::string good = batch_bytes(batch) + batch_bytes(mark_batch(4, 9, false));
  BatchRules rules;
  rules.check_crcs = false;
  size_t wrong = 0;
  for (size_t place = 0; place < good.size(); place++) {
    for (int value : {0x00, 0x01, 0x7F, 0x80, 0xFF, good[place] ^ 0x04}) {
      std::string bytes = good;
      bytes[place] = static_cast<char>(value);
      BatchReader reader(rules, 0);
      Piece piece = piece_of(bytes, {{9, 0}});
      const char* begin = piece.bytes.data();
      const char* end = begin + bytes.size();
      whole_batches(bytes);
      reader.open(std::move(piece));
      std::vector<Record> records;
      if (!reader.read(100, records).ok()) wrong++;
      auto lies_within = [&](const char* from, size_t size) { return !from || (from >= begin && from + size <= end); };
      for (const Record& record : records) {
        EXPECT_TRUE(lies_within(record.value, record.value_size) && lies_within(record.key, record.key_size));
        for_each_header(record, [&](const Header& header) { EXPECT_TRUE(lies_within(header.first.data(), header.first.size())); });
      }
    }
  }
  EXPECT_GT(wrong, 100u);
}

}  // namespace
}  // namespace deltastream::connect::kafka::fetch

// Pages as Hadoop's LZ4 codec packs them, against LZ4's own decoder.
#include "format/parquet/hadoop_lz4.h"

#include "format/parquet/file_builder_testing.h"
#include "format/parquet/parquet_testing.h"
#include "lz4.hpp"

namespace deltastream::format::parquet {
namespace {

std::string big_endian(uint64_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string block_of(std::string_view text) {
  std::string block(static_cast<size_t>(duckdb_lz4::LZ4_compressBound(static_cast<int>(text.size()))), '\0');
  block.resize(static_cast<size_t>(duckdb_lz4::LZ4_compress_default(text.data(), block.data(), static_cast<int>(text.size()), static_cast<int>(block.size()))));
  return block;
}

// As BlockCompressorStream writes one call of its write(): the whole length, then a block for each full buffer.
std::string framed(const std::string& text, size_t buffer) {
  std::string out = big_endian(text.size());
  for (size_t at = 0; at < text.size(); at += buffer) {
    const std::string block = block_of(std::string_view(text).substr(at, buffer));
    out += big_endian(block.size()) + block;
  }
  return out;
}

std::string pack_framed(const std::string& text) { return framed(text, 100); }

// Of runs, repetitions and noise.
std::string text_of(size_t size) {
  std::string text;
  for (size_t i = 0; text.size() < size; i++) text += i % 3 == 0 ? std::string(i % 40, 'x') : std::to_string(i * i * 7919) + "repeated words " + static_cast<char>(i * 31);
  return text.substr(0, size);
}

std::string unpacked(const std::string& block, size_t size) {
  std::string out(size, '\0');
  const int got = duckdb_lz4::LZ4_decompress_safe(block.data(), out.data(), static_cast<int>(block.size()), static_cast<int>(size));
  return got == static_cast<int>(size) ? out : "?";
}

TEST(HadoopLz4, BlocksBecomeOne) {
  for (size_t size : {1u, 5u, 13u, 99u, 100u, 101u, 1000u, 100000u}) {
    for (size_t buffer : {1u, 7u, 64u, 100u, 4096u, 1u << 18}) {
      if (size / buffer > 20000) continue;
      for (const std::string& text : {text_of(size), std::string(size, 'a')}) {
        const std::string frames = framed(text, buffer);
        auto block = one_lz4_block(frames, size);
        ASSERT_TRUE(block) << size << " by " << buffer;
        EXPECT_EQ(unpacked(*block, size), text) << size << " by " << buffer;
        EXPECT_LE(block->size() + 6, frames.size()) << size << " by " << buffer;
      }
    }
  }
  // Several calls of write().
  const std::string two = framed("hello ", 100) + framed(std::string(500, 'y'), 100);
  EXPECT_EQ(unpacked(*one_lz4_block(two, 506), 506), "hello " + std::string(500, 'y'));
}

TEST(HadoopLz4, NothingElseIsTakenForIt) {
  const std::string text = text_of(1000), frames = framed(text, 300);
  EXPECT_FALSE(one_lz4_block(block_of(text), 1000));
  EXPECT_FALSE(one_lz4_block(frames, 999));
  EXPECT_FALSE(one_lz4_block(frames, 1001));
  EXPECT_FALSE(one_lz4_block("", 0));
  for (size_t cut = 0; cut < frames.size(); cut++) EXPECT_FALSE(one_lz4_block(std::string_view(frames).substr(0, cut), 1000)) << cut;
}

std::string numbers(bool version2) {
  std::string values;
  for (int64_t i = 0; i < 100; i++) values += plain<int64_t>({i / 10});
  FileBuilder builder(1);
  builder.version2 = version2;
  builder.checksums = true;
  builder.codec = pq::CompressionCodec::LZ4;
  builder.pack = pack_framed;
  builder.add(FileBuilder::leaf("n", pq::Type::INT64, pq::FieldRepetitionType::REQUIRED)).row_group(100, {{pq::Type::INT64, values, {}, {}}});
  return builder.finish();
}

Result<Rows> read(const std::string& bytes) {
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  EXPECT_TRUE(store->put("f", bytes).ok());
  return read_file(store, "f", {{{"n"}, LogicalType::BIGINT}});
}

TEST(HadoopLz4, FilesAreReadAndTheirChecksumsCompared) {
  for (bool version2 : {false, true}) {
    const std::string whole = numbers(version2);
    auto rows = read(whole);
    ASSERT_TRUE(rows.ok()) << rows.error().to_string();
    ASSERT_EQ(rows->size(), 100u);
    EXPECT_EQ(rows->at(99).at(0), Value::BIGINT(9));
    const size_t frame = whole.find(big_endian(800));
    ASSERT_NE(frame, std::string::npos);
    for (size_t at = frame; at < frame + 60; at++) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 1);
      auto refused = read(damaged);
      ASSERT_FALSE(refused.ok()) << at;
      EXPECT_EQ(refused.error().kind(), ErrorKind::kCorrupt);
    }
  }
}

}  // namespace
}  // namespace deltastream::format::parquet

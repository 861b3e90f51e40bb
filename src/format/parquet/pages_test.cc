// Checksums and page headers, against files whose pages are built by hand.
#include <zlib.h>

#include "format/parquet/crc32.h"
#include "format/parquet/file_builder_testing.h"
#include "format/parquet/parquet_testing.h"

namespace deltastream::format::parquet {
namespace {

constexpr auto kRequired = pq::FieldRepetitionType::REQUIRED;

TEST(Crc32, IsThatOfZlib) {
  std::string bytes(5000, '\0');
  for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<char>(i * 131 + i / 7);
  for (size_t length = 0; length < 400; length++) {
    const std::string_view part = std::string_view(bytes).substr(length % 17, length);
    ASSERT_EQ(crc32_of(part), crc32_z(0, reinterpret_cast<const Bytef*>(part.data()), part.size())) << length;
  }
  EXPECT_EQ(crc32_of(bytes), crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  EXPECT_EQ(crc32_of(std::string_view(bytes).substr(1000), crc32_of(std::string_view(bytes).substr(0, 1000))), crc32_of(bytes));
}

// One column of 100 numbers, with a checksum.
std::string numbers(bool version2, bool checksums = true) {
  std::string values;
  for (int64_t i = 0; i < 100; i++) values += plain<int64_t>({i * i});
  FileBuilder builder(1);
  builder.version2 = version2;
  builder.checksums = checksums;
  builder.add(FileBuilder::leaf("n", pq::Type::INT64, kRequired)).row_group(100, {{pq::Type::INT64, values, {}, {}}});
  return builder.finish();
}

Result<Rows> read(const std::string& bytes) {
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  EXPECT_TRUE(store->put("f", bytes).ok());
  return read_file(store, "f", {{{"n"}, LogicalType::BIGINT}});
}

TEST(Pages, AFlippedBitIsFound) {
  for (bool version2 : {false, true}) {
    const std::string whole = numbers(version2);
    auto rows = read(whole);
    ASSERT_TRUE(rows.ok()) << rows.error().to_string();
    ASSERT_EQ(rows->size(), 100u);
    const size_t values = whole.find(plain<int64_t>({1, 4, 9}));
    ASSERT_NE(values, std::string::npos);
    for (size_t bit = 0; bit < 800; bit += 7) {
      std::string damaged = whole;
      damaged[values + bit / 8] = static_cast<char>(damaged[values + bit / 8] ^ (1 << bit % 8));
      auto refused = read(damaged);
      ASSERT_FALSE(refused.ok()) << bit;
      EXPECT_EQ(refused.error().kind(), ErrorKind::kCorrupt);
      EXPECT_NE(refused.error().to_string().find("checksum"), std::string::npos) << refused.error().to_string();
      EXPECT_NE(refused.error().to_string().find("'f'"), std::string::npos);
    }
  }
}

TEST(Pages, WithoutChecksumsNothingIsCompared) {
  std::string damaged = numbers(false, false);
  const size_t values = damaged.find(plain<int64_t>({1, 4, 9}));
  damaged[values] = 2;
  auto rows = read(damaged);
  ASSERT_TRUE(rows.ok()) << rows.error().to_string();
  EXPECT_EQ((*rows)[1][0], Value::BIGINT(2));
}

// Headers of which any byte is anything: right rows or refused.
TEST(Pages, HeadersThatLie) {
  const std::string whole = numbers(false, false);
  auto expected = read(whole);
  ASSERT_TRUE(expected.ok());
  size_t refused = 0;
  for (size_t at = 4; at < 30; at++) {
    for (int value = 0; value < 256; value += 5) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(value);
      auto rows = read(damaged);
      if (!rows.ok()) {
        refused++;
        EXPECT_NE(rows.error().to_string().find("'f'"), std::string::npos) << rows.error().to_string();
      }
    }
  }
  EXPECT_GT(refused, 200u);
}

}  // namespace
}  // namespace deltastream::format::parquet

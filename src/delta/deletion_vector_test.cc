#include "delta/deletion_vector.h"

#include <cstring>
#include <gtest/gtest.h>
#include <zlib.h>

#include "storage/stores.h"

namespace deltastream::delta {
namespace {

template <class Integer>
void put(std::string& out, Integer value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

struct Container {
  uint16_t key;
  std::vector<uint16_t> rows;                            // as a list up to 4,096, else as a bitmap
  std::vector<std::pair<uint16_t, uint16_t>> ranges = {};  // first, last
};

// A standard 32-bit roaring bitmap.
std::string bitmap(const std::vector<Container>& containers) {
  std::string out;
  bool with_ranges = std::any_of(containers.begin(), containers.end(), [](const auto& c) { return !c.ranges.empty(); });
  if (with_ranges) {
    put(out, static_cast<uint32_t>(12347 | (containers.size() - 1) << 16));
    std::string flags((containers.size() + 7) / 8, '\0');
    for (size_t i = 0; i < containers.size(); i++) {
      if (!containers[i].ranges.empty()) flags[i / 8] = static_cast<char>(flags[i / 8] | 1 << (i % 8));
    }
    out += flags;
  } else {
    put(out, uint32_t{12346});
    put(out, static_cast<uint32_t>(containers.size()));
  }
  for (const auto& container : containers) {
    size_t count = container.rows.size();
    for (auto [first, last] : container.ranges) count += last - first + 1u;
    put(out, container.key);
    put(out, static_cast<uint16_t>(count - 1));
  }
  if (!with_ranges || containers.size() >= 4) out.append(containers.size() * 4, '\x7f');  // offsets, which nobody needs
  for (const auto& container : containers) {
    if (!container.ranges.empty()) {
      put(out, static_cast<uint16_t>(container.ranges.size()));
      for (auto [first, last] : container.ranges) {
        put(out, first);
        put(out, static_cast<uint16_t>(last - first));
      }
    } else if (container.rows.size() <= 4096) {
      for (uint16_t row : container.rows) put(out, row);
    } else {
      std::vector<uint64_t> words(1024);
      for (uint16_t row : container.rows) words[row / 64] |= 1ull << (row % 64);
      out.append(reinterpret_cast<const char*>(words.data()), 8192);
    }
  }
  return out;
}

std::string portable(const std::vector<std::pair<uint32_t, std::string>>& buckets) {
  std::string out;
  put(out, uint32_t{1681511377});
  put(out, static_cast<uint64_t>(buckets.size()));
  for (const auto& [key, bytes] : buckets) {
    put(out, key);
    out += bytes;
  }
  return out;
}

std::string big_endian(uint32_t value) {
  std::string out;
  put(out, __builtin_bswap32(value));
  return out;
}

std::string frame(const std::string& blob) {
  uLong checksum = crc32(0, reinterpret_cast<const Bytef*>(blob.data()), static_cast<uInt>(blob.size()));
  return big_endian(static_cast<uint32_t>(blob.size())) + blob + big_endian(static_cast<uint32_t>(checksum));
}

std::vector<uint16_t> every(uint16_t step, uint32_t end = 65536) {
  std::vector<uint16_t> rows;
  for (uint32_t row = 0; row < end; row += step) rows.push_back(static_cast<uint16_t>(row));
  return rows;
}

using Rows = std::vector<uint64_t>;

Rows rows_of(const Result<DeletionVector>& vector) {
  if (vector.ok()) return vector->rows();
  ADD_FAILURE() << vector.error().to_string();
  return {};
}

TEST(DeletionVector, ListsBitmapsRangesAndBuckets) {
  auto vector = DeletionVector::parse(portable({{0, bitmap({{0, {3, 4, 70}}, {2, every(3)}})}, {1, bitmap({{7, {}, {{10, 12}, {65535, 65535}}}})}}));
  ASSERT_TRUE(vector.ok()) << vector.error().to_string();
  EXPECT_EQ(vector->cardinality(), 3u + 21846 + 4);
  EXPECT_TRUE(vector->contains(70));
  EXPECT_FALSE(vector->contains(71));
  EXPECT_TRUE(vector->contains((2u << 16) + 3));
  EXPECT_FALSE(vector->contains((2u << 16) + 4));
  uint64_t far = (1ull << 32) + (7u << 16);
  EXPECT_TRUE(vector->contains(far + 11));
  EXPECT_FALSE(vector->contains(far + 13));
  EXPECT_TRUE(vector->intersects(far + 13, 65535));
  EXPECT_FALSE(vector->intersects(far + 13, 65535 - 13));
  auto rows = vector->rows();
  ASSERT_EQ(rows.size(), vector->cardinality());
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
  EXPECT_EQ(rows.back(), far + 65535);
}

TEST(DeletionVector, SurvivingRowsOfAChunk) {
  auto vector = DeletionVector::parse(portable({{0, bitmap({{0, {0, 1, 99, 2047, 65535}}, {1, {0}}})}}));
  ASSERT_TRUE(vector.ok());
  std::vector<uint32_t> selection(2048);
  EXPECT_EQ(vector->surviving(0, 2048, selection.data()), 2044u);
  EXPECT_EQ(selection[0], 2u);
  EXPECT_EQ(selection[97], 100u);
  EXPECT_EQ(vector->surviving(65534, 4, selection.data()), 2u);
  EXPECT_EQ(selection[0], 0u);
  EXPECT_EQ(selection[1], 3u);
  EXPECT_EQ(vector->surviving(1'000'000, 5, selection.data()), 5u);
  EXPECT_EQ(vector->surviving(0, 0, selection.data()), 0u);
}

TEST(DeletionVector, OlderNativeForm) {
  std::string one = bitmap({{0, {5}}});
  std::string bytes;
  put(bytes, uint32_t{1681511376});
  put(bytes, int32_t{2});
  put(bytes, static_cast<int32_t>(one.size()));
  bytes += one;
  put(bytes, static_cast<int32_t>(one.size()));
  bytes += one;
  auto vector = DeletionVector::parse(bytes);
  ASSERT_TRUE(vector.ok()) << vector.error().to_string();
  EXPECT_EQ(vector->rows(), (Rows{5, (1ull << 32) + 5}));
}

TEST(DeletionVector, EveryCutIsCorrupt) {
  std::string whole = portable({{0, bitmap({{0, {3, 4, 70}}, {2, {1}, {}}})}, {1, bitmap({{7, {}, {{10, 12}}}})}});
  ASSERT_TRUE(DeletionVector::parse(whole).ok());
  for (size_t length = 0; length < whole.size(); length++) {
    auto cut = DeletionVector::parse(std::string_view(whole).substr(0, length));
    ASSERT_FALSE(cut.ok()) << length;
    EXPECT_EQ(cut.error().kind(), ErrorKind::kCorrupt);
  }
  EXPECT_FALSE(DeletionVector::parse(whole + "x").ok());
}

TEST(DeletionVector, DisorderIsCorrupt) {
  EXPECT_FALSE(DeletionVector::parse(portable({{0, bitmap({{0, {4, 3}}})}})).ok());
  EXPECT_FALSE(DeletionVector::parse(portable({{0, bitmap({{1, {4}}, {0, {3}}})}})).ok());
  EXPECT_FALSE(DeletionVector::parse(portable({{1, bitmap({{0, {4}}})}, {1, bitmap({{0, {3}}})}})).ok());
  EXPECT_FALSE(DeletionVector::parse(portable({{0x80000000u, bitmap({{0, {4}}})}})).ok());
  EXPECT_FALSE(DeletionVector::parse(portable({{0, bitmap({{0, {}, {{5, 9}, {9, 10}}}})}})).ok());
}

class StoredVector : public testing::Test {
 protected:
  // "u" vectors of this UUID stand in this file.
  static constexpr const char* kName = "ab^-aqEH.-t@S}K{vb[*k^";
  static constexpr const char* kPath = "ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";

  Result<DeletionVector> read(const std::string& file, const DeletionVectorDescriptor& descriptor) {
    EXPECT_TRUE(store_->put(kPath, file).ok());
    return read_deletion_vector(*store_, descriptor);
  }
  std::shared_ptr<storage::ObjectStore> store_ = storage::make_memory_store();
  std::string blob_ = portable({{0, bitmap({{0, {3, 4, 70}}})}});
  DeletionVectorDescriptor first_{'u', kName, 1, static_cast<int32_t>(blob_.size()), 3};
};

TEST_F(StoredVector, AtAnyOffset) {
  std::string file = "\x01" + frame(blob_) + frame(portable({{0, bitmap({{0, {9}}})}}));
  EXPECT_EQ(rows_of(read(file, first_)), (Rows{3, 4, 70}));
  DeletionVectorDescriptor second{'u', kName, static_cast<int32_t>(1 + blob_.size() + 8), static_cast<int32_t>(file.size() - blob_.size() - 17), 1};
  EXPECT_EQ(rows_of(read(file, second)), (Rows{9}));
  first_.offset.reset();
  EXPECT_EQ(read(file, first_)->cardinality(), 3u);
}

TEST_F(StoredVector, EveryDisagreementIsCorrupt) {
  std::string good = "\x01" + frame(blob_);
  ASSERT_TRUE(read(good, first_).ok());
  auto refused = [&](const std::string& file, const DeletionVectorDescriptor& descriptor, const char* why) {
    auto result = read(file, descriptor);
    ASSERT_FALSE(result.ok()) << why;
    EXPECT_EQ(result.error().kind(), ErrorKind::kCorrupt) << result.error().to_string();
    EXPECT_NE(result.error().describe().find(why), std::string::npos) << result.error().describe();
  };
  for (size_t i = 1 + 4; i < good.size(); i++) {
    std::string flipped = good;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    refused(flipped, first_, "checksum");
  }
  refused("\x02" + frame(blob_), first_, "version");
  auto changed = first_;
  changed.cardinality = 4;
  refused(good, changed, "the log says 4");
  changed = first_;
  changed.size_in_bytes--;
  refused(good, changed, "bytes");
  changed = first_;
  changed.offset = 0;
  refused(good, changed, "offset");
  changed = first_;
  changed.storage_type = 'x';
  refused(good, changed, "storage type");
  changed = first_;
  changed.path_or_inline = "short";
  refused(good, changed, "UUID");
}

TEST_F(StoredVector, MissingFileIsNamed) {
  auto result = read_deletion_vector(*store_, first_);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(result.error().describe().find(kPath), std::string::npos) << result.error().describe();
}

TEST_F(StoredVector, Inline) {
  DeletionVectorDescriptor inlined{'i', z85_encode(blob_), std::nullopt, static_cast<int32_t>(blob_.size()), 3};
  EXPECT_EQ(rows_of(read_deletion_vector(*store_, inlined)), (Rows{3, 4, 70}));
  inlined.size_in_bytes += 4;
  EXPECT_EQ(read_deletion_vector(*store_, inlined).error().kind(), ErrorKind::kCorrupt);
  // The protocol's own example.
  DeletionVectorDescriptor example{'i', "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", std::nullopt, 40, 6};
  EXPECT_EQ(rows_of(read_deletion_vector(*store_, example)), (Rows{3, 4, 7, 11, 18, 29}));
}

TEST(Z85, RoundTripAndDamage) {
  std::string bytes;
  for (int i = 0; i < 256; i++) bytes += static_cast<char>(i);
  EXPECT_EQ(*z85_decode(z85_encode(bytes)), bytes);
  EXPECT_EQ(z85_encode("\x86\x4F\xD2\x6F\xB5\x59\xF7\x5B"), "HelloWorld");
  EXPECT_FALSE(z85_decode("Hell").ok());
  EXPECT_FALSE(z85_decode("Hell~").ok());
  EXPECT_FALSE(z85_decode("#####").ok()) << "past 32 bits";
  EXPECT_EQ(*z85_decode("Hello##093"), std::string("\x86\x4F\xD2\x6F\x03\0", 6)) << "a last group of two bytes";
  EXPECT_EQ(*z85_decode("###30"), "\xFF");
  EXPECT_FALSE(z85_decode("###31").ok()) << "past 8 bits";
  EXPECT_FALSE(z85_decode("##093Hello").ok()) << "not the last";
}

}  // namespace
}  // namespace deltastream::delta

#include "delta/files/large_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace deltastream::delta {
namespace {

TEST(MemoryBlock, IsZeroedAndWritableToItsEnd) {
  for (size_t bytes : {size_t{1}, size_t{4096}, MemoryBlock::kLargeBytes - 1, MemoryBlock::kLargeBytes, 3 * MemoryBlock::kLargeBytes + 5}) {
    MemoryBlock block(bytes);
    EXPECT_EQ(block.bytes(), bytes);
    EXPECT_TRUE(std::all_of(block.data(), block.data() + bytes, [](char byte) { return byte == 0; }));
    std::fill_n(block.data(), bytes, 'x');
  }
}

TEST(MemoryBlock, MovesWithoutACopy) {
  MemoryBlock block(MemoryBlock::kLargeBytes);
  const char* data = block.data();
  MemoryBlock other(std::move(block));
  EXPECT_EQ(other.data(), data);
  MemoryBlock third;
  third = std::move(other);
  EXPECT_EQ(third.data(), data);
  EXPECT_EQ(third.bytes(), MemoryBlock::kLargeBytes);
}

TEST(LargeArray, KeepsWhatWasPutInOverManyBlocks) {
  constexpr size_t kCount = 3 * MemoryBlock::kLargeBytes / sizeof(uint32_t) + 7;
  LargeArray<uint32_t> array;
  EXPECT_EQ(array.size(), 0u);
  for (size_t i = 0; i < kCount; i++) array.push_back(static_cast<uint32_t>(i * 2654435761u));
  ASSERT_EQ(array.size(), kCount);
  size_t wrong = 0;
  for (size_t i = 0; i < kCount; i++) wrong += array[i] != static_cast<uint32_t>(i * 2654435761u);
  EXPECT_EQ(wrong, 0u);
  array[kCount - 1] = 5;
  LargeArray<uint32_t> moved(std::move(array));
  EXPECT_EQ(moved.size(), kCount);
  EXPECT_EQ(moved[kCount - 1], 5u);
  EXPECT_EQ(array.size(), 0u) << "it can be filled anew";  // NOLINT: that is what is tested
  array.push_back(1);
  EXPECT_EQ(array[0], 1u);
}

TEST(LargeArray, ASmallOneTakesLittle) {
  LargeArray<uint64_t> array;
  EXPECT_EQ(array.memory_bytes(), 0u);
  for (uint64_t i = 0; i < 100; i++) array.push_back(i);
  EXPECT_LE(array.memory_bytes(), 128 * sizeof(uint64_t));
}

}  // namespace
}  // namespace deltastream::delta

#pragma once
// An array of plain values that grows at its end: doubling while it is small, then block after block, so that nothing large is ever
// copied and no more is taken than is filled. Not thread-safe while it grows. Throws std::bad_alloc.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "delta/files/memory_block.h"

namespace deltastream::delta {

template <class T>
class LargeArray {
  static_assert(std::is_trivially_copyable_v<T> && (sizeof(T) & (sizeof(T) - 1)) == 0);
  static constexpr size_t kPerBlock = MemoryBlock::kLargeBytes / sizeof(T);
  static constexpr size_t kFirst = 64;

 public:
  LargeArray() = default;
  LargeArray(LargeArray&& other) noexcept { swap(other); }
  LargeArray& operator=(LargeArray&& other) noexcept {
    swap(other);
    return *this;
  }

  size_t size() const { return size_; }
  T& operator[](size_t i) { return reinterpret_cast<T*>(blocks_[i / kPerBlock].data())[i % kPerBlock]; }
  const T& operator[](size_t i) const { return reinterpret_cast<const T*>(blocks_[i / kPerBlock].data())[i % kPerBlock]; }
  void push_back(T value) {
    if (size_ == capacity_) grow();
    (*this)[size_++] = value;
  }
  size_t memory_bytes() const { return capacity_ * sizeof(T); }

 private:
  void grow() {
    if (capacity_ >= kPerBlock) {
      blocks_.emplace_back(MemoryBlock::kLargeBytes);
      capacity_ += kPerBlock;
      return;
    }
    const size_t wider = std::max(kFirst, capacity_ * 2);
    MemoryBlock block(wider * sizeof(T));
    if (size_ > 0) std::memcpy(block.data(), blocks_[0].data(), size_ * sizeof(T));
    blocks_.resize(1);
    blocks_[0] = std::move(block);
    capacity_ = wider;
  }
  void swap(LargeArray& other) noexcept {
    std::swap(blocks_, other.blocks_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  std::vector<MemoryBlock> blocks_;   // all large, but for the first while it is the only one
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace deltastream::delta

#pragma once
// Memory for tables of very many files, which is filled from its beginning to its end. The kernel hands memory out page by page, and
// that costs more than filling the pages: large blocks are mapped with one call, as huge pages where the machine has some at hand.
// Zeroed. Owned by one thread at a time. Throws std::bad_alloc.

#include <cstddef>
#include <utility>

namespace deltastream::delta {

class MemoryBlock {
 public:
  // From here on a block is mapped; below it is the allocator's.
  static constexpr size_t kLargeBytes = 2 << 20;

  MemoryBlock() = default;
  explicit MemoryBlock(size_t bytes);
  MemoryBlock(MemoryBlock&& other) noexcept : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryBlock& operator=(MemoryBlock&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MemoryBlock();

  char* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  char* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace deltastream::delta

#pragma once
// The memory behind the strings of one decoded chunk: a bump allocator that the string vectors keep alive together.
// One block holds a whole chunk, so a string costs a copy and nothing else. One thread at a time; allocation may throw bad_alloc.

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "duckdb/common/types/vector_buffer.hpp"

namespace deltastream::format {

class StringArena final : public duckdb::VectorBuffer {
 public:
  explicit StringArena(size_t first_block_bytes)
      : VectorBuffer(duckdb::VectorBufferType::OPAQUE_BUFFER), block_bytes_(first_block_bytes < kMinBlock ? kMinBlock : first_block_bytes) {}

  char* allocate(size_t bytes) {
    if (bytes > size_t(end_ - next_)) grow(bytes);
    char* result = next_;
    next_ += bytes;
    return result;
  }
  // Gives back the end of the last allocation.
  void give_back(size_t bytes) { next_ -= bytes; }

  duckdb::string_t copy(std::string_view text) {
    if (text.size() <= duckdb::string_t::INLINE_LENGTH) return {text.data(), uint32_t(text.size())};
    char* to = allocate(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, uint32_t(text.size())};
  }

 private:
  static constexpr size_t kMinBlock = 4096;

  void grow(size_t bytes) {
    size_t size = bytes > block_bytes_ ? bytes : block_bytes_;
    blocks_.emplace_back(new char[size]);
    next_ = blocks_.back().get();
    end_ = next_ + size;
  }

  size_t block_bytes_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace deltastream::format

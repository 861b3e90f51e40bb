#pragma once
// The memory behind the strings of one decoded chunk: a bump allocator that the string vectors keep alive together.
// One block holds a whole chunk, so a string costs a copy and nothing else. One thread at a time; allocation may throw bad_alloc.

#include <bit>
#include <cstdint>
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

  // The same, written to its slot, of text that may be read kStride bytes past its end: no call and no detour over the stack, which is
  // what a short text costs otherwise.
  void store(std::string_view text, duckdb::string_t& slot) {
    static_assert(std::endian::native == std::endian::little);
    static_assert(sizeof(duckdb::string_t) == 16 && duckdb::string_t::INLINE_LENGTH == 12 && duckdb::string_t::PREFIX_LENGTH == 4);
    const size_t size = text.size();
    uint32_t prefix;
    uint64_t rest;
    std::memcpy(&prefix, text.data(), 4);
    if (size <= duckdb::string_t::INLINE_LENGTH) {
      std::memcpy(&rest, text.data() + 4, 8);
      if (size < 4) prefix &= (uint32_t(1) << (8 * size)) - 1;
      if (size < 12) rest &= size > 4 ? (uint64_t(1) << (8 * (size - 4))) - 1 : 0;
    } else {
      char* to = allocate(size);
      for (size_t i = 0; i < size; i += kStride) std::memcpy(to + i, text.data() + i, kStride);
      rest = reinterpret_cast<uint64_t>(to);
    }
    const uint64_t words[2] = {uint64_t(prefix) << 32 | size, rest};
    std::memcpy(static_cast<void*>(&slot), words, sizeof words);
  }

 private:
  static constexpr size_t kMinBlock = 4096;
  static constexpr size_t kStride = 32;

  // Behind each block is room for what store() writes too much.
  void grow(size_t bytes) {
    size_t size = bytes > block_bytes_ ? bytes : block_bytes_;
    blocks_.emplace_back(new char[size + kStride]);
    next_ = blocks_.back().get();
    end_ = next_ + size;
  }

  size_t block_bytes_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace deltastream::format

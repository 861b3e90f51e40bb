#pragma once
// Bytes of one piece of memory that is not filled when it is made. Moves only. What is in it is followed by kPadding more bytes that may
// be read, so that a parser of values need not look where they end.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

namespace deltastream::connect::kafka::fetch {

class Buffer {
 public:
  static constexpr size_t kPadding = 64;

  // Forgets what is in it.
  void reserve(size_t bytes) {
    size_ = 0;
    if (bytes <= capacity_) return;
    data_.reset(new char[bytes + kPadding]);
    capacity_ = bytes;
  }
  // Keeps what is in it.
  void grow(size_t bytes) {
    if (bytes <= capacity_) return;
    Buffer larger;
    larger.reserve(std::max(bytes, 2 * capacity_));
    if (size_ > 0) std::memcpy(larger.data(), data(), size_);
    larger.size_ = size_;
    *this = std::move(larger);
  }
  char* data() { return data_.get(); }
  std::string_view view() const { return {data_.get(), size_}; }
  size_t size() const { return size_; }
  void set_size(size_t bytes) { size_ = bytes; }
  size_t capacity() const { return capacity_; }

 private:
  std::unique_ptr<char[]> data_;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace deltastream::connect::kafka::fetch

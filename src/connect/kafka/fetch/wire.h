#pragma once
// The bytes of Kafka's protocol: numbers with the highest byte first, zigzag varints, texts and lists with their length first
// (https://kafka.apache.org/protocol.html#protocol_types). Plain values; a reader that runs past its end fails and stays failed.

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace deltastream::connect::kafka::fetch {

template <class T>
T from_network(const char* bytes) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(value)));
  if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(value)));
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(value)));
  return value;
}

class WireReader {
 public:
  explicit WireReader(std::string_view bytes = {}) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  const char* here() const { return at_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }

  template <class T>
  T number() {
    if (left() < sizeof(T)) return fail(), T(0);
    const T value = from_network<T>(at_);
    at_ += sizeof(T);
    return value;
  }

  int64_t varint() {
    if (at_ != end_ && static_cast<uint8_t>(*at_) < 0x80) {  // most are of one byte
      const auto byte = static_cast<uint8_t>(*at_++);
      return static_cast<int64_t>(byte >> 1) ^ -static_cast<int64_t>(byte & 1);
    }
    uint64_t value = 0;
    for (int shift = 0; at_ != end_ && shift < 64; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= uint64_t(byte & 0x7F) << shift;
      if (byte < 0x80) return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
    }
    return fail(), 0;
  }

  std::string_view take(int64_t size) {
    if (size < 0 || static_cast<uint64_t>(size) > left()) return fail(), std::string_view();
    const std::string_view bytes(at_, static_cast<size_t>(size));
    at_ += size;
    return bytes;
  }

  // nullopt: the length is -1, which stands for nothing.
  std::optional<std::string_view> varint_bytes() {
    const int64_t size = varint();
    return size == -1 ? std::nullopt : std::optional(take(size));
  }

  void fail() {
    ok_ = false;
    at_ = end_;
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

class WireWriter {
 public:
  template <class T>
  void number(T value) {
    char bytes[sizeof(T)];
    for (size_t i = 0; i < sizeof(T); i++) bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
    bytes_.append(bytes, sizeof(T));
  }
  void text(std::string_view text) {
    number(static_cast<int16_t>(text.size()));
    bytes_.append(text);
  }
  // Puts a number where another stands already.
  void number_at(size_t place, int32_t value) {
    WireWriter four;
    four.number(value);
    bytes_.replace(place, 4, four.bytes_);
  }
  const std::string& bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }

 private:
  std::string bytes_;
};

}  // namespace deltastream::connect::kafka::fetch

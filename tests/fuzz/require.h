#pragma once
// What must hold, whatever the bytes: a target that finds it broken aborts, which the fuzzer keeps as a finding.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace deltastream::fuzz {

inline void require(bool condition) {
  if (!condition) abort();
}

inline std::string_view as_text(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

// Takes values off the front of an input; zeros behind its end.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  T take() {
    T value{};
    const size_t size = rest_.size() < sizeof(T) ? rest_.size() : sizeof(T);
    if (size > 0) std::memcpy(&value, rest_.data(), size);
    rest_.remove_prefix(size);
    return value;
  }
  std::string_view take_text(size_t most) {
    const std::string_view text = rest_.substr(0, most);
    rest_.remove_prefix(text.size());
    return text;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace deltastream::fuzz

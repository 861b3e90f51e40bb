#pragma once
// A short name for statements that matter to a checkpoint. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace deltastream::cli {

// Collects texts; blanks and comments outside of quotes do not count, letters and order do.
class Fingerprint {
 public:
  void add(std::string_view text);
  std::string text() const;  // 16 hexadecimal digits

 private:
  void add_byte(char c);
  uint64_t hash_ = 0xcbf29ce484222325;  // FNV-1a: stable across builds and machines
};

}  // namespace deltastream::cli

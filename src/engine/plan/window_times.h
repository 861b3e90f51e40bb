#pragma once
// Where windows lie on the line of time. Pure.

#include <cstdint>

namespace deltastream::engine::plan {

// Start of the window of `size` that holds `time`, also before 1970.
constexpr int64_t window_start_of(int64_t time, int64_t size, int64_t offset) {
  int64_t remainder = (time - offset) % size;
  return time - (remainder < 0 ? remainder + size : remainder);
}

}  // namespace deltastream::engine::plan

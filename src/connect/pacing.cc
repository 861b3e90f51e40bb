#include "connect/pacing.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace deltastream::connect {

int64_t Pacing::admit(int64_t wanted) {
  if (rate_ <= 0) return wanted;
  const int64_t now = clock_->steady_us();
  if (start_us_ < 0) start_us_ = now;
  const int64_t due = 1 + static_cast<int64_t>(rate_ * static_cast<double>(now - start_us_) / 1e6);
  const int64_t rows = std::clamp<int64_t>(due - admitted_, 0, wanted);
  admitted_ += rows;
  if (rows > 0) return rows;
  const auto next_us = static_cast<int64_t>(static_cast<double>(admitted_) / rate_ * 1e6) - (now - start_us_);
  std::this_thread::sleep_for(std::chrono::microseconds(std::clamp<int64_t>(next_us, 100, 10'000)));
  return 0;
}

}  // namespace deltastream::connect

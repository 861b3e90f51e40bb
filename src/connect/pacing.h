#pragma once
// Lets rows through at a rate, for sources that make their rows themselves. One thread at a time.

#include <cstdint>

#include "common/clock.h"

namespace deltastream::connect {

class Pacing {
 public:
  // `rate` rows a second; 0: all at once. Time runs from the first admit().
  Pacing(double rate, const Clock* clock) : rate_(rate), clock_(clock) {}

  // How many of `wanted` rows may come now; when none may, waits up to 10 ms first and returns 0.
  int64_t admit(int64_t wanted);

 private:
  double rate_;
  const Clock* clock_;
  int64_t start_us_ = -1;
  int64_t admitted_ = 0;
};

}  // namespace deltastream::connect

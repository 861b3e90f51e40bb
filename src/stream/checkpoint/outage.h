#pragma once
// Which errors pass by themselves, and how long to wait between attempts. Plain data; used by one thread.

#include <algorithm>
#include <cstdint>

#include "common/result.h"

namespace deltastream::stream {

// Somebody waits for the end of bounded input: a full disk is theirs to see. A stream goes on when there is space again.
inline bool passes_by_itself(const Error& error, bool bounded) {
  switch (error.kind()) {
    case ErrorKind::kUnavailable:
    case ErrorKind::kCommitStateUnknown: return true;
    case ErrorKind::kResource: return !bounded;
    default: return false;
  }
}

class Backoff {
 public:
  // Bounded jobs give up after this many attempts.
  static constexpr int kBoundedAttempts = 4;

  bool exhausted(bool bounded) const { return bounded && attempts_ >= kBoundedAttempts; }
  int64_t next_us() {
    attempts_++;
    const int64_t pause = pause_us_;
    pause_us_ = std::min<int64_t>(2 * pause_us_, kLongestUs);
    return pause;
  }
  int attempts() const { return attempts_; }

 private:
  static constexpr int64_t kFirstUs = 50'000, kLongestUs = 10'000'000;
  int64_t pause_us_ = kFirstUs;
  int attempts_ = 0;
};

}  // namespace deltastream::stream

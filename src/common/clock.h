#pragma once
// Time comes through here, so that tests and simulated runs decide what time it is. Thread-safe.

#include <atomic>
#include <cstdint>

namespace deltastream {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970-01-01 UTC.
  virtual int64_t now_us() const = 0;
  // Microseconds on a clock that never steps back; only differences mean something.
  virtual int64_t steady_us() const = 0;
};

// The machine's clock.
const Clock& system_clock();

// A clock that stands still until told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t start_us = 0) : now_us_(start_us) {}
  int64_t now_us() const override { return now_us_.load(); }
  int64_t steady_us() const override { return now_us_.load(); }
  void advance_us(int64_t by_us) { now_us_ += by_us; }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace deltastream

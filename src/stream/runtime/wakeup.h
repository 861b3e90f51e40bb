#pragma once
// Wakes one waiting thread. signal() is async-signal-safe and callable from any thread; signals given while nobody waits are
// kept (as one). Waiting by an injected clock: a clock that is not the machine's is looked at every millisecond.

#include <atomic>
#include <cstdint>

#include "common/clock.h"

namespace deltastream::stream {

class Wakeup {
 public:
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  void signal();
  // Returns at a signal or after that much real time.
  void wait_us(int64_t timeout_us);

 private:
  int fd_ = -1;
};

// How long a thread may sleep in real time before it looks at the clock again, to be awake at `deadline_us` of steady_us().
int64_t sleep_us(const Clock& clock, int64_t deadline_us);

}  // namespace deltastream::stream

#pragma once
// Which call fails and how: the plan behind the faulty files and the faulty store, for tests. Calls are counted, so that a
// test can say "the n-th call fails" for n = 1, 2, 3 … until an operation gets through. Thread-safe.

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "common/clock.h"

namespace deltastream {

enum class Fault {
  kNone,
  kIoError,     // EIO, without effect
  kNoSpace,     // ENOSPC, without effect
  kShortWrite,  // half of the bytes are written, then ENOSPC; where nothing is written as kIoError
  kFailedSync,  // a sync fails with EIO; other calls as kIoError
  kAnswerLost,  // the effect happens, the answer is an error
  kDelay,       // the injected clock moves on by delay_us, then the call goes through
  kKill,        // SIGKILL on this process, before the effect
};

struct FaultPlan {
  Fault fault = Fault::kNone;
  uint64_t at = 0;             // the call that fails, from 1; 0 = none
  std::string operation = {};  // counts calls of this one only; "" = all calls
  bool from_then_on = false;   // every later call fails too
  int64_t delay_us = 0;
};

class FaultCounter {
 public:
  explicit FaultCounter(ManualClock* clock = nullptr) : clock_(clock) {}
  // Sets a plan and counts from zero again.
  void set(FaultPlan plan);
  // Counts a call and says what befalls it. Never returns kDelay (the time has passed) or kKill (nobody is left).
  Fault next(std::string_view operation);
  // Calls since the plan was set, of one operation or ("") of all.
  uint64_t calls(const std::string& operation = "") const;
  // How many calls were struck.
  uint64_t struck() const;

 private:
  mutable std::mutex mutex_;
  ManualClock* clock_;
  FaultPlan plan_;
  std::map<std::string, uint64_t, std::less<>> calls_;
  uint64_t total_ = 0;
  uint64_t struck_ = 0;
};

}  // namespace deltastream

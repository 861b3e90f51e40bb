#include "stream/runtime/wakeup.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace deltastream::stream {
namespace {

// A clock that a test moves is looked at this often.
constexpr int64_t kForeignClockUs = 1'000;
constexpr int64_t kLongestSleepUs = 60'000'000;

}  // namespace

Wakeup::Wakeup() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) std::abort();  // no handle left for the first object of a job: nothing else would work either
}

Wakeup::~Wakeup() { ::close(fd_); }

void Wakeup::signal() {
  const uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(fd_, &one, sizeof one);  // full means that a signal is pending
}

void Wakeup::wait_us(int64_t timeout_us) {
  pollfd waiting{fd_, POLLIN, 0};
  timeout_us = std::clamp<int64_t>(timeout_us, 0, kLongestSleepUs);
  const timespec timeout{timeout_us / 1'000'000, timeout_us % 1'000'000 * 1'000};
  if (::ppoll(&waiting, 1, &timeout, nullptr) <= 0) return;
  uint64_t count = 0;
  [[maybe_unused]] ssize_t got = ::read(fd_, &count, sizeof count);
}

int64_t sleep_us(const Clock& clock, int64_t deadline_us) {
  const int64_t left = deadline_us - clock.steady_us();
  if (left <= 0) return 0;
  return &clock == &system_clock() ? left : std::min(left, kForeignClockUs);
}

}  // namespace deltastream::stream

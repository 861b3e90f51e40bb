#include "common/fault_point.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace deltastream {
namespace {

enum State { kUnread, kOff, kOn };
std::atomic<int> state{kUnread};

struct Plan {
  bool on = false;
  std::string name;
  uint64_t at = 0;
  std::atomic<uint64_t> passed{0};

  Plan() {
    const char* text = std::getenv("DELTASTREAM_KILL_AT");
    if (!text || !*text) return;
    std::string_view value = text;
    size_t colon = value.rfind(':');
    char* end = nullptr;
    if (colon != std::string_view::npos) at = std::strtoull(text + colon + 1, &end, 10);
    if (!end || *end || at == 0 || colon == 0) {
      // A plan that does nothing would make a crash test pass without a crash.
      std::fprintf(stderr, "error: DELTASTREAM_KILL_AT='%s' is not NAME:N with N from 1\n", text);
      _exit(2);
    }
    name = value.substr(0, colon);
    on = true;
  }
};

Plan& plan() {
  static Plan instance;
  return instance;
}

void pass(std::string_view name) {
  Plan& current = plan();
  state.store(current.on ? kOn : kOff, std::memory_order_relaxed);
  if (!current.on || name != current.name) return;
  if (current.passed.fetch_add(1) + 1 != current.at) return;
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();  // the signal may be delivered to another thread first: nothing may happen after this point
}

}  // namespace

void fault_point(std::string_view name) {
  if (state.load(std::memory_order_relaxed) == kOff) return;
  pass(name);
}

}  // namespace deltastream

#include "stream/graph/discovery.h"

namespace deltastream::stream {

Status Discovery::run() {
  int64_t due_us = clock_.steady_us() + source_.discovery_interval_us();
  for (;;) {
    const uint64_t seen = control_.news();
    if (control_.cancelled()) return {};
    if (const int64_t pause_us = sleep_us(clock_, due_us); pause_us > 0) {
      control_.wait(seen, pause_us);
      continue;
    }
    DS_ASSIGN_OR_RETURN(auto splits, source_.discover());
    bool any = false;
    for (Split& split : splits) {
      if (!known_.insert(split.id).second) continue;
      tasks_[next_++ % tasks_.size()]->assign(std::move(split));
      any = true;
    }
    if (any) control_.announce();
    due_us = clock_.steady_us() + source_.discovery_interval_us();
  }
}

}  // namespace deltastream::stream

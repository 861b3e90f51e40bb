#pragma once
// Looks for new splits of one source at its interval, in a thread of its own, and deals them to the source's tasks in turn.

#include <set>
#include <string>
#include <vector>

#include "common/clock.h"
#include "stream/endpoint.h"
#include "stream/runtime/source_task.h"

namespace deltastream::stream {

class Discovery final : public Task {
 public:
  // `known`: splits that the tasks have already.
  Discovery(Source& source, std::vector<SourceTask*> tasks, std::set<std::string> known, const Clock& clock, Control& control)
      : source_(source), tasks_(std::move(tasks)), known_(std::move(known)), next_(known_.size()), clock_(clock), control_(control) {}
  Status run() override;

 private:
  Source& source_;
  const std::vector<SourceTask*> tasks_;
  std::set<std::string> known_;
  size_t next_;
  const Clock& clock_;
  Control& control_;
};

}  // namespace deltastream::stream

#pragma once
// One thread of a running graph. run() returns after the last barrier, when the graph is cancelled, or with the task's error.

#include "common/result.h"

namespace deltastream::stream {

class Task {
 public:
  virtual ~Task() = default;
  virtual Status run() = 0;
};

}  // namespace deltastream::stream

#pragma once
// Ctrl-C and SIGTERM while a job runs: the first asks it to stop after a last checkpoint, the second ends the process at once.
// One at a time in a process.

#include "stream/job.h"

namespace deltastream::cli {

class StopSignals {
 public:
  explicit StopSignals(stream::Job& job);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
};

}  // namespace deltastream::cli

#pragma once
// Ctrl-C and SIGTERM while a job runs: the first asks it to stop after a last checkpoint, the second ends the process at once.
// One at a time in a process.

#include <string_view>

#include "stream/job.h"

namespace deltastream::cli {

class StopSignals {
 public:
  // `last_words` are written to standard error when the process is ended; they must live as long as it.
  StopSignals(stream::Job& job, std::string_view last_words);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Whether the job was asked to stop. From any thread.
  bool asked() const;
};

}  // namespace deltastream::cli

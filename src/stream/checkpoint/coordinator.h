#pragma once
// Runs in the job's thread while the graph's threads work: starts checkpoints, gathers what the tasks hand over, stores it,
// commits the sinks, and ends the graph by a last checkpoint when the input has ended or a stop was asked for.

#include <atomic>
#include <functional>

#include "stream/checkpoint/recovery.h"
#include "stream/graph/graph.h"

namespace deltastream::stream {

class Coordinator {
 public:
  struct Request {
    const std::vector<JobPart>& parts;
    const Inputs& inputs;
    const JobOptions& options;
    CheckpointStore& store;
    Recovered& recovered;
    Graph& graph;
    Control& control;
    Wakeup& wakeup;
    const std::atomic<bool>& stop;
    std::atomic<int64_t>& completed_epoch;
  };
  explicit Coordinator(const Request& request);

  // Until the last checkpoint is committed, or the first error.
  Result<JobEnd> run();

 private:
  enum class Cause { kTimer, kEndOfInput, kStop };
  struct Pending {
    int64_t epoch = 0;
    Cause cause = Cause::kTimer;
    std::vector<TaskSnapshot> snapshots;
  };

  std::optional<Cause> due() const;
  void start(Cause cause);
  Result<Checkpoint> gather();
  Status complete();
  Status commit(const CommitRequest& request);
  Status tell_sources(const Checkpoint& checkpoint);

  const Request request_;
  const Clock& clock_;
  const bool bounded_;
  std::optional<Pending> pending_;
  std::vector<SplitState> last_splits_;  // of the last checkpoint
  int64_t last_epoch_;
  int64_t next_us_;
};

}  // namespace deltastream::stream

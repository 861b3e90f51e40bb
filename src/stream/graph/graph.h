#pragma once
// A running graph: the plans of all parts as tasks, each a chain in one thread, with channels between them where rows must go
// to the subtask of their key. start() starts the threads; join() returns when all have ended. Owned by one thread.

#include <memory>
#include <thread>
#include <vector>

#include "stream/graph/bounded_side.h"
#include "stream/graph/inputs.h"
#include "stream/runtime/control.h"
#include "stream/runtime/metrics.h"
#include "stream/runtime/source_task.h"
#include "stream/runtime/task.h"

namespace deltastream::stream {

// Everything a graph is made from. All of it outlives the graph.
struct GraphRequest {
  const std::vector<JobPart>& parts;
  const JobOptions& options;
  const Inputs& inputs;
  const JoinTables& tables;
  const Checkpoint* restored = nullptr;  // null: from the beginning
  std::vector<std::unique_ptr<std::atomic<uint64_t>>>& sink_rows;  // one a part
  GraphMetrics& metrics;
  Control& control;
};

class Graph {
 public:
  static Result<std::unique_ptr<Graph>> build(const GraphRequest& request);
  ~Graph();  // cancels and joins what still runs

  void start();
  void join();
  // Tasks that answer to every barrier, and those of them whose input may end.
  size_t tasks() const { return tasks_.size(); }
  size_t inputs() const { return inputs_; }

 private:
  friend class GraphBuilder;
  explicit Graph(Control& control) : control_(control) {}
  void run(Task& task);

  Control& control_;
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<std::unique_ptr<Task>> discoveries_;
  size_t inputs_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace deltastream::stream

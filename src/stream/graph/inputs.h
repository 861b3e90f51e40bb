#pragma once
// The sources of all parts of a job: opened once, their splits, and which columns each place in a plan takes of them.
// A table that stands at several places of one plan is one source, opened with all columns asked for, and read separately
// for each place. Built by one thread; then read by many.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stream/checkpoint/checkpoint.h"
#include "stream/job.h"
#include "stream/runtime/source_task.h"

namespace deltastream::stream {

// One source node of one plan.
struct Input {
  std::string key;     // stable for the same statements: "<sink>/<place in the plan>"
  std::string table;
  const engine::PlanNode* node = nullptr;
  std::shared_ptr<Source> source;
  size_t part = 0;
  bool streamed = true;         // false: below the bounded side of a join
  bool keeps_rows = true;       // rows reach the sink without an aggregation
  SourceTask::Columns columns;
  std::vector<Split> splits;    // known now
};

class Inputs {
 public:
  // Opens every source and discovers the splits.
  static Result<Inputs> open(const std::vector<JobPart>& parts, const JobOptions& options);

  // Looks again; for a job that starts over.
  Status discover();
  // Tells the sources where the job goes on, and looks again: which splits there are may depend on it.
  Status resume(const std::vector<SplitState>& splits);
  const Input& of(const engine::PlanNode& node) const { return inputs_.at(&node); }
  const std::map<const engine::PlanNode*, Input>& all() const { return inputs_; }
  // Stable keys of the window aggregations, by node.
  const std::string& operator_key(const engine::PlanNode& node) const { return operator_keys_.at(&node); }
  const std::map<const engine::PlanNode*, std::string>& operator_keys() const { return operator_keys_; }
  // True when every streamed source is.
  bool bounded() const;
  bool event_time(size_t part) const;
  bool aggregates() const { return !operator_keys_.empty(); }
  // Counters of each source, by table.
  struct TableMetrics {
    std::string table;
    std::unique_ptr<EndpointMetrics> metrics;
  };
  const std::vector<TableMetrics>& metrics() const { return metrics_; }

 private:
  struct Place {
    bool streamed = true, keeps_rows = true;
  };
  Status add(const JobPart& part, size_t part_number, const engine::PlanNode& node, Place place, size_t& number, const JobOptions& options);
  Status open_tables(size_t part_number, const JobOptions& options);

  std::map<const engine::PlanNode*, Input> inputs_;
  std::map<const engine::PlanNode*, std::string> operator_keys_;
  std::vector<TableMetrics> metrics_;
};

}  // namespace deltastream::stream

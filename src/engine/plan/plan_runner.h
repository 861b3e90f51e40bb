#pragma once
// For tests: declares tables from a script, plans a query, and runs the plan over rows made by hand, in chunks of any size.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/script.h"
#include "engine/stream_plan.h"

namespace deltastream::engine::plan {

using Row = std::vector<Value>;
using Rows = std::vector<Row>;

class PlanRunner {
 public:
  // Tables whose names begin with "unbounded" are.
  explicit PlanRunner(const std::string& declarations);

  StreamPlanner& planner() { return *planner_; }
  // Plans the INSERT or query of a statement.
  Result<StreamPlan> plan(const std::string& statement);
  // One row is one value for each column that is not computed, in order of the declaration.
  void rows(const std::string& table, Rows rows) { inputs_[table] = std::move(rows); }
  // The plan's rows as "a|b|NULL", sorted. Errors of execution fail the test.
  std::vector<std::string> run(const StreamPlan& plan, size_t chunk_rows = 2048);
  std::vector<std::string> run(const std::string& statement, size_t chunk_rows = 2048);
  // The message of the error that planning gives.
  std::string error(const std::string& statement);

 private:
  using Chunks = std::vector<std::unique_ptr<DataChunk>>;
  Chunks execute(const PlanNode& node, size_t chunk_rows);
  Chunks read(const PlanNode& node, size_t chunk_rows);

  std::unique_ptr<StreamPlanner> planner_;
  Catalog catalog_;
  std::map<std::string, Rows> inputs_;
};

}  // namespace deltastream::engine::plan

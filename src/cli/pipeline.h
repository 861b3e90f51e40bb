#pragma once
// A pipeline file, read and planned: what run and explain share. Plain data once loaded; one thread.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/settings.h"
#include "common/result.h"
#include "engine/script.h"
#include "engine/stream_plan.h"

namespace deltastream::cli {

struct PipelineRequest {
  std::string file;
  std::vector<std::pair<std::string, std::string>> settings;  // of the command line
};

// One INSERT, or a bare query whose rows go to standard output.
struct PipelinePart {
  std::shared_ptr<const engine::StreamPlan> plan;
  std::map<std::string, engine::TableDefinition> sources;  // by the name in the plan
  engine::TableDefinition sink;
  std::string sink_name;                                   // unique in the pipeline
  std::vector<Field> sink_fields;
};

struct Pipeline {
  std::string name;
  std::string base_folder;   // of the file: relative paths start here
  Settings settings;
  std::vector<PipelinePart> parts;
  std::string fingerprint;   // of the statements that a checkpoint depends on
  std::string output;        // of SHOW, DESCRIBE, EXPLAIN, SET
  size_t statements = 0;     // in the file
};

// Reads and plans everything. Errors: not found for the file, else what front and planner say.
Result<Pipeline> load_pipeline(const PipelineRequest& request);

}  // namespace deltastream::cli

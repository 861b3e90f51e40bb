#pragma once
// Runs plans: sources with splits, operators over bounded channels, barriers, checkpoints, commits. A job owns its threads.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/environment.h"
#include "common/result.h"
#include "engine/stream_plan.h"
#include "stream/endpoint.h"

namespace deltastream::stream {

struct JobOptions {
  std::string pipeline = "default";
  std::string state_folder;                    // checkpoints of this pipeline live here; "" = no checkpoints
  size_t parallelism = 0;                      // 0 = number of cores
  int64_t checkpoint_interval_us = 10'000'000; // execution.checkpointing.interval
  size_t batch_rows = kChunkRows;
  size_t channel_capacity = 16;                // chunks
  int64_t idle_timeout_us = 0;                 // table.exec.source.idle-timeout; 0 = never idle
  size_t retained_checkpoints = 3;
  std::string fingerprint;                     // of the statements: a checkpoint of another text is refused
  Environment environment;
};

struct JobPart {                               // one INSERT
  std::shared_ptr<const engine::StreamPlan> plan;
  std::map<std::string, std::shared_ptr<Source>> sources;  // by table name as in the plan's kSource nodes
  std::shared_ptr<Sink> sink;
  std::string sink_name;
  std::vector<Field> sink_fields;
};

struct TableProgress { std::string name; uint64_t rows = 0; uint64_t malformed = 0; int64_t lag = -1; std::string last_commit; };
struct JobProgress {
  std::vector<TableProgress> sources, sinks;
  int64_t watermark_us = engine::kMinWatermark;  // minimum over the parts
  uint64_t late_rows = 0;
  int64_t completed_epoch = 0;
  int64_t restored_epoch = 0;
  int64_t elapsed_us = 0;
};

enum class JobEnd { kFinished, kStopped };  // input ended; asked to stop (resumable)

class Job {
 public:
  static Result<std::unique_ptr<Job>> create(std::vector<JobPart> parts, JobOptions options);
  virtual ~Job() = default;
  // Restores from the newest checkpoint if there is one, runs to the end of input, a stop, or the first error.
  virtual Result<JobEnd> run() = 0;
  // From any thread or signal handler context: makes a last checkpoint, commits it and ends. Async-signal-safe.
  virtual void request_stop() = 0;
  virtual JobProgress progress() const = 0;  // from any thread
};

}  // namespace deltastream::stream

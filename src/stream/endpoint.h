#pragma once
// What a source and a sink promise. Connectors implement these; the runtime calls them. Nothing else is shared.
//
// Exactly once: a source can go back to any position it reported; a sink makes an epoch's rows visible in commit(), which
// may be repeated with the same epoch and must then have no further effect.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/environment.h"
#include "common/result.h"
#include "engine/stream_plan.h"

namespace deltastream::stream {

// One part of a source that is read in order: a Kafka partition, a file, a slice of a generator.
struct Split {
  std::string id;        // stable across restarts; appears in checkpoints and in Delta's txn actions
  std::string payload;  // the connector's own
};

// Where a split stands. `offset` counts up and is the next one to read; `state` is the connector's own (may be empty).
struct SplitPosition {
  int64_t offset = 0;
  std::string state;
};

// Counters that the live view and the summary show. Shared by the threads of one source or sink.
struct EndpointMetrics {
  std::atomic<uint64_t> rows{0};
  std::atomic<uint64_t> bytes{0};
  std::atomic<uint64_t> malformed{0};
  std::atomic<int64_t> lag{-1};  // records still to read, -1 unknown
};

enum class ReadState { kData, kIdle, kEnd };

// Reads one split from one thread.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  // Resets `out` and fills up to its capacity (the runtime makes it with the columns asked for). kIdle: nothing now, the
  // call may have waited up to ~10 ms. kEnd: the split is finished (rows may be 0).
  virtual Result<ReadState> read(DataChunk& out) = 0;
  // After the rows returned so far.
  virtual SplitPosition position() const = 0;
};

struct SourceRequest {
  std::vector<engine::SourceColumn> columns;
  size_t batch_rows = kChunkRows;  // rows a chunk at most (tests shrink it)
  EndpointMetrics* metrics = nullptr;
};

// One table as a source. discover() and open_split() may be called from different threads.
class Source {
 public:
  virtual ~Source() = default;
  virtual bool bounded() const = 0;
  // Called once before discover(); checks the columns and reaches the outside system.
  virtual Status open(const SourceRequest& request) = 0;
  // Called after open() when the job goes on from a checkpoint: the positions of the splits it holds. What discover() gave
  // before is forgotten; it is called again.
  virtual Status resume(const std::map<std::string, SplitPosition>&) { return {}; }
  // All splits known now, in a stable order. Called at start, and again every discovery_interval_us() if that is > 0.
  virtual Result<std::vector<Split>> discover() = 0;
  virtual int64_t discovery_interval_us() const { return 0; }
  // `position`: where to go on, absent = the configured start.
  virtual Result<std::unique_ptr<SplitReader>> open_split(const Split& split, const std::optional<SplitPosition>& position) = 0;
  // True when rows keep their split and offsets make sense in a sink's commit.
  virtual bool has_offsets() const { return true; }
  // A checkpoint is durable: the outside system may be told (Kafka group offsets for monitoring). Best effort.
  virtual void checkpoint_completed(const std::map<std::string, SplitPosition>&) {}
};

// What one checkpoint hands to a sink's commit.
struct CommitRequest {
  std::string pipeline;                                // pipeline.name: prefix of the txn appIds
  std::string sink;                                    // table name, unique in the pipeline
  int64_t epoch = 0;                                   // number of the checkpoint, from 1
  std::vector<std::string> prepared;                   // what the subtasks' prepare() returned, in subtask order
  // Offsets per source table and split that moved in this epoch; only filled where rows keep their source.
  std::map<std::string, std::map<std::string, SplitPosition>> offsets;
  bool final = false;                                  // the input has ended
};

// Writes the rows of one subtask from one thread.
class SinkWriter {
 public:
  virtual ~SinkWriter() = default;
  virtual Status write(DataChunk& rows) = 0;
  // Makes everything written since the last prepare() durable but invisible, and describes it.
  virtual Result<std::string> prepare(int64_t epoch) = 0;
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Checks or creates the outside object; `fields` are the rows to come.
  virtual Status open(const std::vector<Field>& fields) = 0;
  virtual Result<std::unique_ptr<SinkWriter>> make_writer(size_t subtask) = 0;
  // Makes the epoch visible. Idempotent by (pipeline, sink, epoch).
  virtual Status commit(const CommitRequest& request) = 0;
  // The newest epoch of this pipeline and sink that the outside system holds; nullopt where it cannot say (print).
  virtual Result<std::optional<int64_t>> committed_epoch(const std::string& pipeline, const std::string& sink) = 0;
  // "v12" and the like for the live view; "" when there is nothing to say.
  virtual std::string last_commit() const { return ""; }
};

}  // namespace deltastream::stream

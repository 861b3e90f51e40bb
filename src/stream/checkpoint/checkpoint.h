#pragma once
// What one checkpoint holds, as plain data. Immutable once it is stored.

#include <cstdint>
#include <string>
#include <vector>

#include "stream/endpoint.h"

namespace deltastream::stream {

// Where one split of one source of one part stands.
struct SplitState {
  std::string source;  // the source's key in the job, stable for the same statements
  std::string table;
  Split split;
  SplitPosition position;
  int64_t watermark_us = engine::kMinWatermark;
  bool finished = false;
};

// The state of one subtask of one operator.
struct OperatorState {
  std::string key;      // the operator's, stable for the same statements
  uint64_t subtask = 0;
  int64_t watermark_us = engine::kMinWatermark;  // up to which its windows have been emitted
  std::string bytes;
};

// What one task hands over at a barrier.
struct TaskSnapshot {
  std::vector<SplitState> splits;
  std::vector<OperatorState> operators;
  std::string sink;       // the sink's name where the task ends in one, else ""
  uint64_t subtask = 0;  // of the sink's writers
  std::string prepared;  // what its SinkWriter::prepare() returned
};

struct Checkpoint {
  std::string pipeline;
  std::string fingerprint;
  std::string duckdb_version;
  int64_t epoch = 0;       // from 1
  int64_t created_us = 0;
  bool final = false;      // the input had ended and every window was closed
  std::vector<SplitState> splits;
  std::vector<OperatorState> operators;
  std::vector<CommitRequest> commits;  // one a sink, to be repeated after a crash
};

}  // namespace deltastream::stream

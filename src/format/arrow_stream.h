#pragma once
// Chunks as an Arrow C stream (https://arrow.apache.org/docs/format/CStreamInterface.html): what Python, R and C take
// rows from. Types are those of arrow_ipc.h.

#include <functional>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "duckdb/common/arrow/arrow.hpp"

namespace deltastream::format {

// Fills `out`, which has the columns' types and is empty; no rows = the end. Called by one thread at a time, whichever
// pulls the stream, and never again after the end or an error.
using ChunkSource = std::function<Status(DataChunk& out)>;

// Hands the source to a stream, which the receiver releases. Each array owns its bytes and may outlive the stream.
// Unsupported when a column has no Arrow form. After an error of the source every later pull gives that error.
Status export_arrow_stream(const std::vector<Field>& columns, ChunkSource source, ArrowArrayStream* out);

}  // namespace deltastream::format

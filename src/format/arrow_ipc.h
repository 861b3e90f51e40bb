#pragma once
// Chunks → Arrow IPC (stream or file), through DuckDB's C Data export and nanoarrow's IPC writer. One record batch a chunk.
// Types: decimals as decimal128, HUGEINT as decimal128(38, 0), TIMESTAMP in microseconds without and TIMESTAMP_TZ with the
// zone UTC, text as utf8, bytes as binary, lists, structs and maps as themselves; what Arrow has no form for (enums, UUID,
// JSON, bit strings, unions) as its text.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::format {

// Takes the next bytes.
using ByteSink = std::function<Status(std::string_view)>;

// Used by one thread at a time. Errors: the sink's own; invalid argument when a value does not fit its Arrow type.
class ArrowIpcWriter {
 public:
  // file = true writes the random-access file format (magic, footer); false the stream format.
  static Result<std::unique_ptr<ArrowIpcWriter>> create(ByteSink sink, const std::vector<Field>& columns, bool file);
  virtual ~ArrowIpcWriter() = default;
  virtual Status write(DataChunk& rows) = 0;
  virtual Status finish() = 0;
};

}  // namespace deltastream::format

#pragma once
// Chunks → Arrow IPC (stream or file), through DuckDB's C Data export and nanoarrow's IPC writer.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::format {

using ByteSink = std::function<Status(std::string_view)>;

class ArrowIpcWriter {
 public:
  // file = true writes the random-access file format (magic, footer); false the stream format.
  static Result<std::unique_ptr<ArrowIpcWriter>> create(ByteSink sink, const std::vector<Field>& columns, bool file);
  virtual ~ArrowIpcWriter() = default;
  virtual Status write(DataChunk& rows) = 0;
  virtual Status finish() = 0;
};

}  // namespace deltastream::format

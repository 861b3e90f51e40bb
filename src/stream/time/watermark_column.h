#pragma once
// Evaluates a source's watermark expression over its batches. One thread at a time.

#include <memory>
#include <optional>

#include "engine/stream_plan.h"

namespace deltastream::stream {

class WatermarkColumn {
 public:
  // unsupported: the expression's type is no timestamp of microseconds.
  static Result<std::unique_ptr<WatermarkColumn>> create(const engine::Projection& projection);

  // The greatest value in the batch; nullopt when all are NULL. Infinite timestamps do not count: they would close every window.
  Result<std::optional<int64_t>> greatest(DataChunk& rows);

 private:
  WatermarkColumn() = default;

  std::unique_ptr<engine::ProjectionExecutor> executor_;
  DataChunk result_;
};

}  // namespace deltastream::stream

#pragma once
// Batch SQL over tables: DuckDB's dialect with delta_scan and delta.`path`. One session, one thread at a time.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/environment.h"
#include "common/result.h"

namespace deltastream::engine {

// Rows of one statement, streamed.
class BatchResult {
 public:
  virtual ~BatchResult() = default;
  virtual const std::vector<Field>& columns() const = 0;
  // Next chunk, or null at the end; valid until the next call.
  virtual Result<DataChunk*> next() = 0;
};

class BatchSession {
 public:
  // In-memory database; reads files and tables under `granted roots` (default: everything local).
  static Result<std::unique_ptr<BatchSession>> create(const Environment& environment = {});
  virtual ~BatchSession() = default;
  // Splits a text into its statements.
  virtual Result<std::vector<std::string>> split(const std::string& sql) = 0;
  virtual Result<std::unique_ptr<BatchResult>> execute(const std::string& statement) = 0;
  // Names for completion in a shell.
  virtual std::vector<std::string> complete(const std::string& text) = 0;
};

}  // namespace deltastream::engine

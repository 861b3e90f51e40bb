#pragma once
// Batch SQL over tables: DuckDB's dialect with delta_scan and delta.`path` (docs/batch_sql.md). One session, one thread at a time.
// Results are read before the next statement is executed, and not after the session is gone. Errors keep their kinds:
// invalid argument for SQL that cannot be parsed or bound (with line, column and a caret), not found for files and tables
// that are not there, corrupt for files that break their format, permission for what is not granted.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/environment.h"
#include "common/result.h"

namespace deltastream::engine {

struct BatchOptions {
  // Folders that statements may read and write, themselves and below. Empty: everything that the process may.
  std::vector<std::string> granted_roots;
};

// How columns of type VARIANT are given back: as such, or as files and Arrow hold them (a struct of metadata and value).
enum class VariantForm { kVariant, kParts };

// Rows of one statement, streamed. No columns: the statement returns nothing.
class BatchResult {
 public:
  virtual ~BatchResult() = default;
  virtual const std::vector<Field>& columns() const = 0;
  // Next chunk, or null at the end; valid until the next call.
  virtual Result<DataChunk*> next() = 0;
};

// What can stand at the end of a text: each name in place of the bytes from `start` on.
struct Completion {
  size_t start = 0;
  std::vector<std::string> names;
};

class BatchSession {
 public:
  // An in-memory database. Tables are read through `environment`, plain files by DuckDB itself.
  static Result<std::unique_ptr<BatchSession>> create(const BatchOptions& options, const Environment& environment = {});
  static Result<std::unique_ptr<BatchSession>> create(const Environment& environment = {}) { return create(BatchOptions{}, environment); }
  virtual ~BatchSession() = default;
  // Splits a text into its statements.
  virtual Result<std::vector<std::string>> split(const std::string& sql) = 0;
  virtual Result<std::unique_ptr<BatchResult>> execute(const std::string& statement, VariantForm variants = VariantForm::kVariant) = 0;
  // Ends the statement that runs, and the reading of its rows, with an error of kind cancelled, and so each later one until go_on().
  // From any thread, also from a signal handler.
  virtual void interrupt() noexcept = 0;
  virtual void go_on() noexcept = 0;
  // Tables, columns, functions and keywords with which the last word of an unfinished statement can begin, the likeliest first.
  virtual Completion complete(const std::string& text) = 0;
};

}  // namespace deltastream::engine

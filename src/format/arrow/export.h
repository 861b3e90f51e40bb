#pragma once
// Chunks in Arrow's C data form, by DuckDB's converter with its edges taken off: types Arrow has no form for go as text or
// decimal, list children are called "item", columns that are never NULL say so. Used by one thread at a time.

#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "duckdb/common/arrow/arrow_converter.hpp"

namespace duckdb {
class ClientContext;
}

namespace deltastream::format::arrow {

class Export {
 public:
  explicit Export(const std::vector<Field>& columns);
  ~Export();

  // A struct of the columns; the caller releases it.
  Status schema(ArrowSchema* out);
  // The rows, copied; the caller releases it. invalid argument when a value does not fit (a sum beyond 38 digits).
  Status array(DataChunk& rows, ArrowArray* out);
  const duckdb::vector<LogicalType>& chunk_types() const { return chunk_types_; }

 private:
  const std::vector<Field> columns_;
  duckdb::vector<LogicalType> chunk_types_;
  duckdb::vector<LogicalType> sent_types_;
  duckdb::shared_ptr<duckdb::ClientContext> context_;
  duckdb::ClientProperties properties_;
};

}  // namespace deltastream::format::arrow

#pragma once
// Rows of one partition that wait for a file: few at first, so that thousands of partitions cost what their rows cost.
// One thread.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"

namespace deltastream::delta {

class GatheredRows {
 public:
  size_t rows() const { return rows_; }
  uint64_t bytes() const { return bytes_; }
  // Copies the rows named by `selection` (all when null). May throw as DuckDB does.
  void append(DataChunk& rows, const std::vector<uint32_t>* selection, double bytes_per_row);
  // Hands the rows on, chunk by chunk, and is empty then.
  Status pour(const std::function<Status(DataChunk&)>& into);

 private:
  std::vector<std::unique_ptr<DataChunk>> chunks_;
  size_t rows_ = 0;
  uint64_t bytes_ = 0;
};

// About what a row takes in memory, texts included.
double bytes_per_row(DataChunk& rows);

}  // namespace deltastream::delta

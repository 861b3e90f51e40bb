#pragma once
// A deletion vector as DuckDB's Parquet reader asks for it. Thread-safe: the vector does not change.

#include "delta/deletion_vector.h"
#include "duckdb/common/multi_file/multi_file_data.hpp"

namespace deltastream::engine {

class DeletionFilter final : public duckdb::DeleteFilter {
 public:
  explicit DeletionFilter(delta::DeletionVector rows) : rows_(std::move(rows)) {}

  duckdb::idx_t Filter(duckdb::row_t first, duckdb::idx_t count, duckdb::SelectionVector& selection) override {
    auto start = static_cast<uint64_t>(first);
    // The selection stays unset, which is all rows.
    if (!rows_.intersects(start, count)) return count;
    selection.Initialize(count);
    return rows_.surviving(start, count, selection.data());
  }

 private:
  delta::DeletionVector rows_;
};

}  // namespace deltastream::engine

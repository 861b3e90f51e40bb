#pragma once
// Deletion vectors as DuckDB's Parquet reader asks for them. Thread-safe: a vector does not change.

#include <memory>

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

// The reverse: only the rows of the vector.
class OnlyRowsFilter final : public duckdb::DeleteFilter {
 public:
  explicit OnlyRowsFilter(std::shared_ptr<const delta::DeletionVector> rows) : rows_(std::move(rows)) {}

  duckdb::idx_t Filter(duckdb::row_t first, duckdb::idx_t count, duckdb::SelectionVector& selection) override {
    auto start = static_cast<uint64_t>(first);
    if (!rows_->intersects(start, count)) return 0;
    selection.Initialize(count);
    duckdb::idx_t kept = 0;
    for (duckdb::idx_t i = 0; i < count; i++) {
      if (rows_->contains(start + i)) selection.set_index(kept++, i);
    }
    return kept;
  }

 private:
  std::shared_ptr<const delta::DeletionVector> rows_;
};

}  // namespace deltastream::engine

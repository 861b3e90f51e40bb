#pragma once
// What a LogicalGet over a declared table carries.

#include "duckdb/function/function.hpp"

#include "engine/plan/source_function.h"

namespace deltastream::engine::plan {

struct SourceBindData : duckdb::FunctionData {
  explicit SourceBindData(std::shared_ptr<const SourceTable> t) : table(std::move(t)) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<SourceBindData>(table); }
  bool Equals(const duckdb::FunctionData& other) const override { return table == other.Cast<SourceBindData>().table; }

  std::shared_ptr<const SourceTable> table;
};

}  // namespace deltastream::engine::plan

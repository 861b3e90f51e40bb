#pragma once
// The batch format of every room: DuckDB's DataChunk (vectors of up to STANDARD_VECTOR_SIZE rows) and its types.
// Only this vocabulary crosses rooms; DuckDB's parser, planner and executor stay in engine.

#include "duckdb/common/types.hpp"
#include "duckdb/common/types/data_chunk.hpp"
#include "duckdb/common/types/string_type.hpp"
#include "duckdb/common/types/value.hpp"
#include "duckdb/common/types/vector.hpp"

namespace deltastream {

using duckdb::DataChunk;
using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using duckdb::Vector;

// Rows in one full chunk.
inline constexpr size_t kChunkRows = STANDARD_VECTOR_SIZE;

// A column as declared: the name as the user wrote it, and its type.
struct Field {
  std::string name;
  LogicalType type;
  bool nullable = true;
};

}  // namespace deltastream

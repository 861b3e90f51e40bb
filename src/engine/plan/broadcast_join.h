#pragma once
// A join with a bounded side: its rows lie in one chunk as large as it takes, chained by the hash of their keys; a probe pairs rows
// of equal hash and lets the whole condition decide.

#include <memory>
#include <vector>

#include "engine/plan/expressions.h"

namespace deltastream::engine::plan {

enum class BroadcastKind {
  kInner,  // stream columns, then build columns
  kLeft,   // the same, with NULLs for rows of the stream without a match
  kSemi,   // rows of the stream with a match
  kAnti,   // … without
  kMark,   // stream columns and IN's answer: true, false or NULL
};

struct BroadcastSpec {
  std::shared_ptr<const DuckDbInstance> duckdb;
  BroadcastKind kind = BroadcastKind::kInner;
  duckdb::vector<LogicalType> stream_types, build_types;
  // Equal keys, position by position, over one side each; none: every pair is tried.
  Expressions stream_keys, build_keys;
  // For each key: whether NULL is equal to NULL (IS NOT DISTINCT FROM).
  std::vector<bool> null_is_equal;
  // The whole condition over stream columns followed by build columns; null: always true.
  duckdb::unique_ptr<duckdb::Expression> condition;
};

std::shared_ptr<const BroadcastJoin> make_broadcast_join(BroadcastSpec spec);

}  // namespace deltastream::engine::plan

#pragma once
// What all subtasks of one aggregation share: the spec, resolved to a list of columns that are computed once per chunk of
// input (first the groups, then every distinct argument, filter and order key), and aggregates that refer to those columns.
// Immutable after make(); safe to share between threads.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "duckdb/execution/operator/aggregate/aggregate_object.hpp"
#include "duckdb/planner/expression/bound_aggregate_expression.hpp"
#include "engine/window/aggregation_spec.h"
#include "engine/window/window_time.h"

namespace deltastream::engine {

struct AggregationLayout {
  static Result<std::shared_ptr<const AggregationLayout>> make(AggregationSpec spec);

  size_t group_count() const { return spec.groups.size(); }
  duckdb::ClientContext& context() const;
  bool all_groups_in_every_set() const { return shared_groups.size() == group_count(); }
  // GROUPING(…) number `function` for rows of grouping set `set`.
  int64_t grouping_id(size_t function, size_t set) const;

  AggregationSpec spec;
  std::optional<WindowTime> time;  // none: one window that ends with the input
  bool plain_states = false;       // every aggregate's state is plain: docs/decisions/0004, first path

  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> columns;  // over the child's chunk
  duckdb::vector<LogicalType> column_types;
  // The spec's aggregates over `columns`: constants stay, all else is a BoundReferenceExpression.
  duckdb::vector<duckdb::unique_ptr<duckdb::BoundAggregateExpression>> aggregates;
  std::vector<std::vector<size_t>> sets;  // grouping sets, at least one
  std::vector<size_t> shared_groups;      // in every set: rows are exchanged by the hash of these

  // First path only: what GroupedAggregateHashTable is fed with.
  std::vector<size_t> payload_columns;  // positions in `columns`
  duckdb::vector<LogicalType> payload_types;
  duckdb::vector<duckdb::AggregateObject> objects;
  duckdb::unsafe_vector<duckdb::idx_t> all_objects;  // 0, 1, 2, …

  uint64_t fingerprint = 0;  // of everything that snapshot bytes depend on

 private:
  std::vector<duckdb::unique_ptr<duckdb::Expression>> payload_filters_;  // owned here, pointed to by objects
  void resolve_columns();
  void lay_out_payload();
  uint64_t compute_fingerprint() const;
};

}  // namespace deltastream::engine

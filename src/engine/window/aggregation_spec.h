#pragma once
// What the planner says about one windowed (or, over bounded input, plain) aggregation, and what makes it executable.
// All expressions are bound; references are positions in the chunk of the child. Internal to engine.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "duckdb/common/unique_ptr.hpp"
#include "duckdb/planner/expression.hpp"
#include "engine/stream_plan.h"

namespace duckdb {
class Connection;
}

namespace deltastream::engine {

struct WindowSpec {
  // kNone: one window that ends with the input.
  enum class Kind { kNone, kTumble, kHop, kCumulate };
  Kind kind = Kind::kNone;
  int64_t size_us = 0;    // length of the window; of the longest one for CUMULATE
  int64_t slide_us = 0;   // HOP: distance between starts; CUMULATE: step; TUMBLE: ignored
  int64_t offset_us = 0;  // shifts all starts; may be negative
};

struct AggregationSpec {
  struct Output {
    enum class Kind {
      kWindowStart,
      kWindowEnd,
      kWindowTime,  // end minus one millisecond, Flink's time attribute
      kGroup,       // groups[index]
      kAggregate,   // aggregates[index]
      kGroupingId,  // GROUPING(...) of grouping_functions[index], BIGINT
    };
    Kind kind = Kind::kGroup;
    size_t index = 0;
  };

  WindowSpec window;
  size_t time_column = 0;  // in the child's chunk, TIMESTAMP or TIMESTAMP WITH TIME ZONE; unused for kNone
  std::vector<LogicalType> input_types;
  std::vector<duckdb::unique_ptr<duckdb::Expression>> groups;      // without the window's own columns
  std::vector<duckdb::unique_ptr<duckdb::Expression>> aggregates;  // BoundAggregateExpression: filter, distinct, order_bys
  std::vector<std::vector<size_t>> grouping_sets;                  // positions in groups; empty: one set with all groups
  std::vector<std::vector<size_t>> grouping_functions;             // arguments of each GROUPING(...), positions in groups
  std::vector<Output> outputs;
  std::vector<LogicalType> output_types;
  std::string text;  // for to_string(), as the planner wants it shown
  // Whose settings (time zone) and memory the aggregation uses. Shared by all subtasks, never used to run queries.
  std::shared_ptr<duckdb::Connection> connection;
};

// Checks the spec and chooses the way its state is kept (docs/decisions/0004). Invalid sizes or offsets: invalid argument.
Result<std::shared_ptr<const WindowAggregation>> make_window_aggregation(AggregationSpec spec);

}  // namespace deltastream::engine

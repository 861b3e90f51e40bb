#pragma once
// A query over streams, bound and optimized by DuckDB and lowered to a tree of few node kinds that the runtime executes.
// A plan is immutable and shared by all subtasks; each subtask makes its own executors and states from it.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "engine/catalog.h"
#include "engine/script.h"

namespace deltastream::engine {

// Evaluates a list of expressions over chunks. One thread at a time.
class ProjectionExecutor {
 public:
  virtual ~ProjectionExecutor() = default;
  // `out` is reset and filled; it may reference the vectors of `in`, so it lives no longer than `in` is unchanged.
  virtual Status execute(DataChunk& in, DataChunk& out) = 0;
};

class Projection {
 public:
  virtual ~Projection() = default;
  virtual const std::vector<LogicalType>& types() const = 0;
  virtual Result<std::unique_ptr<ProjectionExecutor>> make_executor() const = 0;
  virtual std::string to_string() const = 0;
};

// Keeps the rows for which all expressions are true (slices `chunk` in place).
class FilterExecutor {
 public:
  virtual ~FilterExecutor() = default;
  virtual Status execute(DataChunk& chunk) = 0;
};

class Filter {
 public:
  virtual ~Filter() = default;
  virtual Result<std::unique_ptr<FilterExecutor>> make_executor() const = 0;
  virtual std::string to_string() const = 0;
};

// One input row → zero or more output rows (UNNEST; HOP and CUMULATE windows that are not aggregated).
class ExpandExecutor {
 public:
  virtual ~ExpandExecutor() = default;
  virtual Status execute(DataChunk& in, const std::function<Status(DataChunk&)>& emit) = 0;
};
class Expand {
 public:
  virtual ~Expand() = default;
  virtual Result<std::unique_ptr<ExpandExecutor>> make_executor() const = 0;
  virtual std::string to_string() const = 0;
};

// A bounded side held in memory and probed by the stream (INNER, LEFT, SEMI, ANTI on equalities plus a residual).
// Built once by one thread, then probed by many.
class JoinTable {
 public:
  virtual ~JoinTable() = default;
  virtual Status build(DataChunk& rows) = 0;       // rows of the build child
  virtual Status finish_build() = 0;
  virtual Result<std::unique_ptr<ExpandExecutor>> make_probe() const = 0;
  virtual uint64_t memory_bytes() const = 0;       // build() fails with a resource error past DuckDB's memory limit
};
class BroadcastJoin {
 public:
  virtual ~BroadcastJoin() = default;
  virtual std::unique_ptr<JoinTable> make_table() const = 0;
  virtual std::string to_string() const = 0;
};

// Event-time microseconds; rows with window end <= watermark are late.
inline constexpr int64_t kMinWatermark = INT64_MIN;
inline constexpr int64_t kMaxWatermark = INT64_MAX;

// The state of one subtask of a windowed (or, over bounded input, global) aggregation. One thread at a time.
class WindowAggregator {
 public:
  virtual ~WindowAggregator() = default;
  // Rows of the child. Rows whose every window has been emitted are dropped and counted as late.
  virtual Status add(DataChunk& rows) = 0;
  // Emits and frees every window that ends at or before the watermark, in order of window end.
  virtual Status advance(int64_t watermark_us, const std::function<Status(DataChunk&)>& emit) = 0;
  virtual uint64_t late_rows() const = 0;
  virtual uint64_t memory_bytes() const = 0;
  // Self-contained bytes of the whole state, valid for restore() of the same plan and DuckDB version.
  virtual Result<std::string> snapshot() = 0;
  // Takes from every old subtask's snapshot the groups that belong to `subtask` of `parallelism`.
  virtual Status restore(std::span<const std::string> snapshots, size_t subtask, size_t parallelism) = 0;
};

class WindowAggregation {
 public:
  virtual ~WindowAggregation() = default;
  // For one subtask. Not keyed: there is one subtask, and without windows it gives one row for an empty input.
  virtual Result<std::unique_ptr<WindowAggregator>> make_aggregator() const = 0;
  // Hashes the group keys (without the window) of `rows` into `hashes` (UBIGINT): row r goes to hashes[r] % parallelism.
  // Not keyed: everything goes to subtask 0.
  virtual bool keyed() const = 0;
  virtual Status hash_keys(DataChunk& rows, Vector& hashes) const = 0;
  virtual bool event_time() const = 0;   // false: one window, closed by the end of input
  virtual std::string to_string() const = 0;
};

// A column that a source must deliver: a physical column (path reaches into ROWs) or metadata (path[0] is the key).
struct SourceColumn {
  std::vector<std::string> path;
  LogicalType type;
  bool metadata = false;
  bool nullable = true;
};

enum class NodeKind { kSource, kValues, kFilter, kProject, kExpand, kUnionAll, kBroadcastJoin, kWindowAggregate };

struct PlanNode {
  NodeKind kind;
  std::vector<std::unique_ptr<PlanNode>> children;   // kBroadcastJoin: [stream, bounded]
  std::vector<LogicalType> types;                    // of the output

  // kSource
  std::string table;                                 // name in StreamPlan::sources
  std::vector<SourceColumn> columns;                 // output order
  std::shared_ptr<const Projection> watermark;       // over `columns`, one TIMESTAMP/TIMESTAMPTZ column; null: none declared, or no window waits for it
  // kValues
  std::vector<std::vector<Value>> rows;
  // one of
  std::shared_ptr<const Filter> filter;
  std::shared_ptr<const Projection> projection;
  std::shared_ptr<const Expand> expand;
  std::shared_ptr<const BroadcastJoin> join;
  std::shared_ptr<const WindowAggregation> aggregation;

  std::string describe() const;  // one line
};

struct StreamPlan {
  std::unique_ptr<PlanNode> root;
  std::vector<std::string> names;
  std::string target;              // sink table, "" for a bare query
  std::map<std::string, TableDefinition> sources;  // by PlanNode::table; with the options of hints
  std::string to_string() const;   // indented tree
};

// What the planner must know of a source: only bounded sides can be joined by broadcast or aggregated without a window.
using BoundedOracle = std::function<bool(const TableDefinition&)>;

// Plans INSERT INTO target SELECT …: names, types and casts follow the sink's columns. Errors: invalid argument with
// the place in the script; unsupported names the construct. Thread-safe.
class StreamPlanner {
 public:
  static Result<std::unique_ptr<StreamPlanner>> create();
  virtual ~StreamPlanner() = default;
  virtual Result<StreamPlan> plan_insert(const InsertStatement& insert, const Catalog& catalog, const BoundedOracle& bounded) = 0;
  virtual Result<StreamPlan> plan_query(const QueryText& query, const Catalog& catalog, const BoundedOracle& bounded) = 0;
  // Binds the computed columns of a table and fills in their types; checks the watermark expression.
  virtual Status bind_table(TableDefinition& table, const std::string& script_text) = 0;
  // Flink option table.local-time-zone, e.g. "Europe/Berlin"; default UTC.
  virtual Status set_time_zone(const std::string& zone) = 0;
};

}  // namespace deltastream::engine

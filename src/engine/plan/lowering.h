#pragma once
// DuckDB's optimized logical plan → the few node kinds of stream_plan.h. What has no node is refused by its name in SQL.
// Throws PlanFailure and what DuckDB throws. One thread.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "duckdb/planner/operator/list.hpp"

#include "engine/plan/bindings.h"
#include "engine/plan/duckdb_instance.h"
#include "engine/plan/expressions.h"
#include "engine/plan/places.h"
#include "engine/stream_plan.h"
#include "engine/window/aggregation_spec.h"

namespace deltastream::engine::plan {

// A lowered operator. The node may have columns behind those that `bindings` name.
struct Relation {
  std::unique_ptr<PlanNode> node;
  std::vector<duckdb::ColumnBinding> bindings;
  bool bounded = true;
};

// The watermark of a table as an expression over the columns of a scan.
struct BoundWatermark {
  ExpressionPtr expression;                      // references are positions in `columns`
  std::vector<SourceColumn> columns;
};
using WatermarkBinder = std::function<BoundWatermark(const SourceTable&)>;

class Lowering {
 public:
  // `query` is the offset of the query in `places`, for what has no place of its own.
  Lowering(std::shared_ptr<const DuckDbInstance> duckdb, WatermarkBinder watermarks, const Places& places, size_t query)
      : duckdb_(std::move(duckdb)), watermarks_(std::move(watermarks)), places_(places), query_(query) {}

  std::unique_ptr<PlanNode> run(duckdb::LogicalOperator& root) { return in_order(lower(root), root).node; }

  // "unsupported: … at line L": the place of the expression, else of the query.
  [[noreturn]] void refuse(const std::string& what, const duckdb::Expression* where = nullptr) const;

 private:
  Relation lower(duckdb::LogicalOperator& op);
  Relation lower_get(duckdb::LogicalGet& get);
  Relation lower_filter(duckdb::LogicalFilter& filter);
  Relation lower_projection(duckdb::LogicalProjection& projection);
  Relation lower_union(duckdb::LogicalSetOperation& set);
  Relation lower_expressions(duckdb::LogicalExpressionGet& get);
  Relation lower_column_data(duckdb::LogicalColumnDataGet& get);
  Relation lower_constant(duckdb::LogicalOperator& op, size_t rows);
  Relation lower_unnest(duckdb::LogicalUnnest& unnest);
  Relation lower_unnest_call(duckdb::LogicalGet& get);
  Relation unnested(Relation input, Expressions lists, duckdb::idx_t table_index) const;
  Relation lower_distinct(duckdb::LogicalDistinct& distinct);
  Relation lower_aggregate(duckdb::LogicalOperator& op, const duckdb::vector<ExpressionPtr>& groups);
  Relation with_instants(Relation input, const duckdb::vector<LogicalType>& wanted) const;
  void grouping_sets(const duckdb::LogicalAggregate& aggregate, const std::vector<std::optional<size_t>>& key, AggregationSpec& spec) const;
  void check_complete(const duckdb::LogicalOperator& op, bool windowed, bool bounded) const;
  static std::string describe_aggregation(const AggregationSpec& spec);

  // One comparison of a join's condition.
  struct JoinPart {
    const duckdb::Expression *left, *right;
    duckdb::ExpressionType comparison;
  };
  Relation lower_join(duckdb::LogicalOperator& op, duckdb::JoinType type, std::vector<JoinPart> parts, const duckdb::Expression* residual);
  Relation lower_comparison_join(duckdb::LogicalComparisonJoin& join);
  Relation lower_any_join(duckdb::LogicalAnyJoin& join);
  Relation lower_cross_product(duckdb::LogicalOperator& product);

  // UNNEST of a column of the row beside it, where DuckDB's optimizer leaves a join with the distinct lists.
  Relation lower_lateral(duckdb::LogicalComparisonJoin& join);
  Relation lateral_rows(duckdb::LogicalOperator& op);
  Relation lower_delim_get(duckdb::LogicalDelimGet& get);
  Relation lower_lateral_projection(duckdb::LogicalProjection& projection);

  Relation project(Relation input, Expressions resolved, std::vector<duckdb::ColumnBinding> bindings) const;
  Relation filtered(Relation input, Expressions resolved) const;
  // A relation whose node has exactly the columns of its bindings.
  Relation exact(Relation input) const;
  // A relation with the columns of the operator in the operator's order, and no others.
  Relation in_order(Relation input, duckdb::LogicalOperator& op) const;
  Relation values(std::vector<LogicalType> types, std::vector<std::vector<Value>> rows, std::vector<duckdb::ColumnBinding> bindings) const;

  std::shared_ptr<const DuckDbInstance> duckdb_;
  WatermarkBinder watermarks_;
  const Places& places_;
  size_t query_;
  // The row beside an UNNEST that is being lowered; operators on the way keep its columns.
  struct Lateral {
    Relation rows;
    const duckdb::LogicalComparisonJoin* join;
    bool taken = false;
  };
  Lateral* lateral_ = nullptr;
  // How many windowed aggregations stand above: only they wait for watermarks.
  size_t windows_above_ = 0;
};

// The column that a scan's column index means: its path of names, its type.
SourceColumn source_column(const SourceTable& table, const duckdb::ColumnIndex& index, const LogicalType& type);
// The columns of a scan, in the order of its bindings.
std::vector<SourceColumn> scan_columns(duckdb::LogicalGet& get);

}  // namespace deltastream::engine::plan

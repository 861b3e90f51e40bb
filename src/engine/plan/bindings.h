#pragma once
// Where the columns of a logical plan come from. Expressions here still refer to (table index, column) as DuckDB's binder numbers them.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "duckdb/planner/column_binding.hpp"
#include "duckdb/planner/expression.hpp"
#include "duckdb/planner/logical_operator.hpp"

#include "common/chunk.h"

namespace deltastream::engine::plan {

using ExpressionPtr = duckdb::unique_ptr<duckdb::Expression>;

// Replaces every reference to a (table index, column) by what `replace` makes of it; null leaves it.
void replace_columns(ExpressionPtr& expression, const std::function<ExpressionPtr(const duckdb::ColumnBinding&, const LogicalType&)>& replace);
void each_column(const duckdb::Expression& expression, const std::function<void(const duckdb::ColumnBinding&)>& visit);

// A copy whose references are positions in a chunk with these columns; the marks of time attributes are taken off.
ExpressionPtr resolve(const duckdb::Expression& expression, const std::vector<duckdb::ColumnBinding>& bindings);

// The call of one of our functions, or null.
const duckdb::Expression* as_call(const duckdb::Expression& expression, const char* function);
// Argument `index` of a call.
const duckdb::Expression& argument(const duckdb::Expression& call, size_t index);

// The expression that computes a column of an operator's output, and the operator below it; null: it is the operator's own.
struct Definition {
  const duckdb::Expression* expression = nullptr;
  duckdb::LogicalOperator* below = nullptr;
};
Definition definition_of(const duckdb::ColumnBinding& binding, duckdb::LogicalOperator& op);
// The operator at or below `op` that makes a column, through those that pass it.
duckdb::LogicalOperator* maker_of(const duckdb::ColumnBinding& binding, duckdb::LogicalOperator& op);

// Whether a column is the watermark column of a table, unchanged, or the window_time of windows. Where not, `origin` says which column
// of which table it is, if it is one.
struct TimeAttribute {
  bool found = false;
  std::string table, column;
};
TimeAttribute trace_time(const duckdb::Expression& expression, duckdb::LogicalOperator& op);

}  // namespace deltastream::engine::plan

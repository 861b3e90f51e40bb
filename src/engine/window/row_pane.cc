#include "engine/window/row_pane.h"

#include "common/exception.h"
#include "duckdb/common/types/column/column_data_collection.hpp"
#include "duckdb/main/client_config.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/main/query_result.hpp"
#include "duckdb/parser/statement/logical_plan_statement.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/operator/logical_aggregate.hpp"
#include "duckdb/planner/operator/logical_column_data_get.hpp"
#include "duckdb/storage/buffer_manager.hpp"
#include "engine/window/output_rows.h"
#include "engine/window/snapshot_bytes.h"

namespace deltastream::engine {
namespace {

using duckdb::ColumnDataCollection;
using duckdb::Expression;
using duckdb::idx_t;

// Table indexes within the little plan that is run for each window.
constexpr idx_t kRows = 0;
constexpr idx_t kGroups = 1;
constexpr idx_t kAggregates = 2;
constexpr idx_t kGroupings = 3;

class RowPaneFactory : public PaneFactory {
 public:
  explicit RowPaneFactory(std::shared_ptr<const AggregationLayout> shared)
      // A connection of its own, so that no subtask waits for another.
      : layout(std::move(shared)), connection(*layout->context().db), kept(STANDARD_VECTOR_SIZE), output(*layout) {
    // The plan is as good as it gets; what the planner did to the whole query was done before.
    duckdb::ClientConfig::GetConfig(*connection.context).enable_optimizer = false;
    duckdb::vector<LogicalType> shared_types;
    for (size_t group : layout->shared_groups) shared_types.push_back(layout->column_types[group]);
    if (!shared_types.empty()) shared_groups.InitializeEmpty(shared_types);
  }

  std::unique_ptr<Pane> make() override;
  duckdb::unique_ptr<duckdb::LogicalOperator> plan(ColumnDataCollection& rows) const;

  std::shared_ptr<const AggregationLayout> layout;
  duckdb::Connection connection;
  duckdb::SelectionVector kept;
  DataChunk shared_groups;
  OutputRows output;
};

void refer_to_rows(duckdb::unique_ptr<Expression>& expression) {
  if (expression->GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF) {
    auto index = expression->Cast<duckdb::BoundReferenceExpression>().index;
    expression = duckdb::make_uniq<duckdb::BoundColumnRefExpression>(expression->return_type, duckdb::ColumnBinding(kRows, index));
    return;
  }
  duckdb::ExpressionIterator::EnumerateChildren(*expression, [](duckdb::unique_ptr<Expression>& child) { refer_to_rows(child); });
}

duckdb::unique_ptr<duckdb::LogicalOperator> RowPaneFactory::plan(ColumnDataCollection& rows) const {
  duckdb::vector<duckdb::unique_ptr<Expression>> expressions;
  for (const auto& aggregate : layout->aggregates) {
    duckdb::unique_ptr<Expression> copy = aggregate->Copy();
    refer_to_rows(copy);
    expressions.push_back(std::move(copy));
  }
  auto result = duckdb::make_uniq<duckdb::LogicalAggregate>(kGroups, kAggregates, std::move(expressions));
  result->groupings_index = kGroupings;
  for (size_t group = 0; group < layout->group_count(); ++group) {
    result->groups.push_back(duckdb::make_uniq<duckdb::BoundColumnRefExpression>(layout->column_types[group], duckdb::ColumnBinding(kRows, group)));
  }
  for (const auto& set : layout->sets) result->grouping_sets.emplace_back(set.begin(), set.end());
  for (const auto& arguments : layout->spec.grouping_functions) {
    duckdb::unsafe_vector<idx_t> function;
    for (size_t group : arguments) function.push_back(group);
    result->grouping_functions.push_back(std::move(function));
  }
  result->children.push_back(duckdb::make_uniq<duckdb::LogicalColumnDataGet>(kRows, layout->column_types, rows));
  result->ResolveOperatorTypes();
  return result;
}

class RowPane : public Pane {
 public:
  explicit RowPane(RowPaneFactory& factory)
      : f_(factory), rows_(duckdb::BufferManager::GetBufferManager(*f_.connection.context), f_.layout->column_types) {
    rows_.InitializeAppend(append_);
  }

  void add(DataChunk& columns) override { rows_.Append(append_, columns); }

  void merge(Pane& other) override {
    for (auto& chunk : static_cast<RowPane&>(other).rows_.Chunks()) rows_.Append(append_, chunk);
  }

  Status emit(const WindowBounds& bounds, const EmitChunk& emit_chunk) override {
    auto result = f_.connection.context->Query(duckdb::make_uniq<duckdb::LogicalPlanStatement>(f_.plan(rows_)), duckdb::QueryParameters(false));
    if (result->HasError()) result->ThrowError();
    while (auto chunk = result->Fetch()) {
      if (chunk->size() == 0) break;
      auto& out = f_.output;
      out.begin(bounds, chunk->size());
      idx_t column = 0;
      for (size_t group = 0; group < f_.layout->group_count(); ++group) out.set_group(group, chunk->data[column++]);
      for (size_t a = 0; a < f_.layout->aggregates.size(); ++a) out.set_aggregate(a, chunk->data[column++]);
      for (size_t g = 0; g < f_.layout->spec.grouping_functions.size(); ++g) out.set_grouping(g, chunk->data[column++]);
      DS_RETURN_IF_ERROR(emit_chunk(out.chunk()));
    }
    return {};
  }

  bool empty() const override { return rows_.Count() == 0; }

  uint64_t memory_bytes() const override { return rows_.SizeInBytes(); }

  void write(SnapshotWriter& out) override {
    for (auto& chunk : rows_.Chunks()) {
      if (chunk.size() == 0) continue;
      out.number(static_cast<int64_t>(chunk.size()));
      out.chunk(chunk);
    }
    out.number(0);
  }

  Status read(SnapshotReader& in, const KeepRows& keep) override {
    while (true) {
      DS_ASSIGN_OR_RETURN(int64_t count, in.number());
      if (count == 0) return {};
      DataChunk rows;
      DS_RETURN_IF_ERROR(in.chunk(rows, f_.layout->column_types));
      for (size_t i = 0; i < f_.layout->shared_groups.size(); ++i) {
        f_.shared_groups.data[i].Reference(rows.data[f_.layout->shared_groups[i]]);
      }
      f_.shared_groups.SetCardinality(rows.size());
      idx_t kept = keep(f_.shared_groups, f_.kept);
      if (kept == 0) continue;
      rows.Slice(f_.kept, kept);
      rows_.Append(append_, rows);
    }
  }

 private:
  RowPaneFactory& f_;
  ColumnDataCollection rows_;
  duckdb::ColumnDataAppendState append_;
};

std::unique_ptr<Pane> RowPaneFactory::make() { return std::make_unique<RowPane>(*this); }

}  // namespace

std::unique_ptr<PaneFactory> make_row_pane_factory(std::shared_ptr<const AggregationLayout> layout) {
  return std::make_unique<RowPaneFactory>(std::move(layout));
}

}  // namespace deltastream::engine

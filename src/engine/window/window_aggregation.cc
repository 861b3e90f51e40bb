#include "common/exception.h"
#include "duckdb/execution/expression_executor.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "engine/window/aggregation_spec.h"
#include "engine/window/hash_pane.h"
#include "engine/window/row_pane.h"
#include "engine/window/window_aggregator.h"

namespace deltastream::engine {
namespace {

class LaidOutAggregation : public WindowAggregation {
 public:
  explicit LaidOutAggregation(std::shared_ptr<const AggregationLayout> layout) : layout_(std::move(layout)) {}

  Result<std::unique_ptr<WindowAggregator>> make_aggregator() const override {
    return make_window_aggregator(layout_);
  }
  bool keyed() const override { return !layout_->shared_groups.empty(); }
  bool event_time() const override { return layout_->time.has_value(); }
  std::string to_string() const override { return layout_->spec.text; }

  Status hash_keys(DataChunk& rows, Vector& hashes) const override {
    if (!keyed()) return internal("rows of an aggregation without keys have no hash: " + layout_->spec.text);
    DS_TRY_DUCKDB({
      duckdb::vector<LogicalType> types;
      for (size_t group : layout_->shared_groups) types.push_back(layout_->column_types[group]);
      DataChunk groups;
      groups.InitializeEmpty(types);
      groups.SetCardinality(rows.size());
      for (size_t i = 0; i < types.size(); ++i) {
        const auto& expression = *layout_->columns[layout_->shared_groups[i]];
        if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF) {
          groups.data[i].Reference(rows.data[expression.Cast<duckdb::BoundReferenceExpression>().index]);
          continue;
        }
        // Many threads hash at once: each call has an executor of its own.
        duckdb::ExpressionExecutor executor(layout_->context(), expression);
        Vector values(types[i]);
        executor.ExecuteExpression(rows, values);
        groups.data[i].Reference(values);
      }
      hash_shared_groups(groups, hashes);
      return {};
    });
  }

 private:
  std::shared_ptr<const AggregationLayout> layout_;
};

}  // namespace

std::unique_ptr<PaneFactory> PaneFactory::create(std::shared_ptr<const AggregationLayout> layout) {
  return layout->plain_states ? make_hash_pane_factory(std::move(layout)) : make_row_pane_factory(std::move(layout));
}

Result<std::shared_ptr<const WindowAggregation>> make_window_aggregation(AggregationSpec spec) {
  DS_ASSIGN_OR_RETURN(auto layout, AggregationLayout::make(std::move(spec)));
  return std::shared_ptr<const WindowAggregation>(std::make_shared<LaidOutAggregation>(std::move(layout)));
}

}  // namespace deltastream::engine

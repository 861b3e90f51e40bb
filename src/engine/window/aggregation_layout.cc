#include "engine/window/aggregation_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "common/exception.h"
#include "duckdb/common/types/hash.hpp"
#include "duckdb/main/connection.hpp"
#include "duckdb/planner/expression/bound_reference_expression.hpp"
#include "engine/window/plain_state.h"

namespace deltastream::engine {
namespace {

using duckdb::BoundAggregateExpression;
using duckdb::BoundReferenceExpression;
using duckdb::Expression;

// Flink has TIMESTAMP and TIMESTAMP_LTZ as time attributes; both are microseconds here.
bool is_event_time(const LogicalType& type) {
  return type.id() == LogicalTypeId::TIMESTAMP || type.id() == LogicalTypeId::TIMESTAMP_TZ;
}

Status check(const AggregationSpec& spec) {
  if (!spec.connection) return internal("an aggregation without a DuckDB connection: " + spec.text);
  if (spec.outputs.size() != spec.output_types.size()) return internal("outputs and their types differ in number: " + spec.text);
  if (spec.window.kind != WindowSpec::Kind::kNone) {
    if (spec.time_column >= spec.input_types.size()) return internal("no time column " + std::to_string(spec.time_column));
    const auto& type = spec.input_types[spec.time_column];
    if (!is_event_time(type)) {
      return invalid_argument("the time column of a window must be TIMESTAMP or TIMESTAMP_LTZ, not " + type.ToString());
    }
  }
  for (const auto& aggregate : spec.aggregates) {
    if (aggregate->GetExpressionClass() != duckdb::ExpressionClass::BOUND_AGGREGATE) {
      return internal("not a bound aggregate: " + aggregate->ToString());
    }
  }
  for (const auto& set : spec.grouping_sets) {
    for (size_t group : set) {
      if (group >= spec.groups.size()) return internal("a grouping set names group " + std::to_string(group));
    }
  }
  for (size_t i = 0; i < spec.outputs.size(); ++i) {
    using Kind = AggregationSpec::Output::Kind;
    const auto& output = spec.outputs[i];
    bool windowed = output.kind == Kind::kWindowStart || output.kind == Kind::kWindowEnd || output.kind == Kind::kWindowTime;
    size_t limit = output.kind == Kind::kGroup       ? spec.groups.size()
                   : output.kind == Kind::kAggregate ? spec.aggregates.size()
                                                     : spec.grouping_functions.size();
    if (windowed && (spec.window.kind == WindowSpec::Kind::kNone || !is_event_time(spec.output_types[i]))) {
      return internal("a window bound of type " + spec.output_types[i].ToString() + " in: " + spec.text);
    }
    if (!windowed && output.index >= limit) return internal("output " + std::to_string(i) + " names nothing: " + spec.text);
  }
  return {};
}

}  // namespace

duckdb::ClientContext& AggregationLayout::context() const { return *spec.connection->context; }

int64_t AggregationLayout::grouping_id(size_t function, size_t set) const {
  int64_t id = 0;
  for (size_t group : spec.grouping_functions[function]) {
    bool grouped = std::find(sets[set].begin(), sets[set].end(), group) != sets[set].end();
    id = id * 2 + (grouped ? 0 : 1);
  }
  return id;
}

void AggregationLayout::resolve_columns() {
  for (const auto& group : spec.groups) {
    columns.push_back(group->Copy());
    column_types.push_back(group->return_type);
  }
  auto to_column = [&](duckdb::unique_ptr<Expression>& expression) {
    if (expression->IsFoldable()) return;  // a constant takes no room
    size_t column = 0;
    while (column < columns.size() && !(columns[column]->Equals(*expression) && !expression->IsVolatile())) ++column;
    auto type = expression->return_type;
    if (column == columns.size()) {
      columns.push_back(std::move(expression));
      column_types.push_back(type);
    }
    expression = duckdb::make_uniq<BoundReferenceExpression>(type, column);
  };
  for (const auto& expression : spec.aggregates) {
    auto copy = expression->Copy();
    auto& aggregate = copy->Cast<BoundAggregateExpression>();
    for (auto& child : aggregate.children) to_column(child);
    if (aggregate.filter) to_column(aggregate.filter);
    if (aggregate.order_bys) {
      for (auto& order : aggregate.order_bys->orders) to_column(order.expression);
    }
    aggregates.push_back(duckdb::unique_ptr_cast<Expression, BoundAggregateExpression>(std::move(copy)));
  }
}

void AggregationLayout::lay_out_payload() {
  // Arguments stand in the order of the aggregates, one column each; filters follow.
  auto add = [&](Expression& expression) {
    size_t column = columns.size();
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_REF) {
      column = expression.Cast<BoundReferenceExpression>().index;
    } else {
      columns.push_back(expression.Copy());
      column_types.push_back(expression.return_type);
    }
    payload_columns.push_back(column);
    payload_types.push_back(expression.return_type);
    return payload_columns.size() - 1;
  };
  for (auto& aggregate : aggregates) {
    for (auto& child : aggregate->children) add(*child);
  }
  for (auto& aggregate : aggregates) {
    Expression* filter = nullptr;
    if (aggregate->filter) {
      size_t position = add(*aggregate->filter);
      payload_filters_.push_back(duckdb::make_uniq<BoundReferenceExpression>(LogicalType::BOOLEAN, position));
      filter = payload_filters_.back().get();
    }
    duckdb::AggregateObject object(aggregate.get());
    object.filter = filter;
    object.aggr_type = duckdb::AggregateType::NON_DISTINCT;  // plain states do not depend on it
    all_objects.push_back(objects.size());
    objects.push_back(std::move(object));
  }
}

uint64_t AggregationLayout::compute_fingerprint() const {
  std::string text = plain_states ? "plain" : "rows";
  const auto& w = spec.window;
  text += fmt::format("/{}", static_cast<int>(w.kind));
  if (time) text += fmt::format("/{}/{}/{}", w.size_us, w.slide_us, w.offset_us);
  for (const auto& set : sets) {
    text += "/set";
    for (size_t group : set) text += fmt::format(",{}", group);
  }
  for (const auto& type : column_types) text += fmt::format("/{}", type.ToString());
  for (const auto& aggregate : aggregates) {
    text += fmt::format("/{}:{}", aggregate->ToString(), aggregate->return_type.ToString());
    if (plain_states) text += fmt::format(":{}", aggregate->function.GetStateSizeCallback()(aggregate->function));
  }
  return duckdb::Hash(text.data(), text.size());
}

Result<std::shared_ptr<const AggregationLayout>> AggregationLayout::make(AggregationSpec spec) {
  DS_RETURN_IF_ERROR(check(spec));
  auto layout = std::make_shared<AggregationLayout>();
  layout->spec = std::move(spec);
  if (layout->spec.window.kind != WindowSpec::Kind::kNone) {
    DS_ASSIGN_OR_RETURN(layout->time, WindowTime::make(layout->spec.window));
  }
  layout->sets = layout->spec.grouping_sets;
  if (layout->sets.empty()) {
    layout->sets.emplace_back(layout->group_count());
    std::iota(layout->sets[0].begin(), layout->sets[0].end(), size_t{0});
  }
  for (size_t group = 0; group < layout->group_count(); ++group) {
    bool everywhere = std::all_of(layout->sets.begin(), layout->sets.end(), [&](const auto& set) {
      return std::find(set.begin(), set.end(), group) != set.end();
    });
    if (everywhere) layout->shared_groups.push_back(group);
  }
  DS_TRY_DUCKDB({
    layout->resolve_columns();
    layout->plain_states = std::all_of(layout->aggregates.begin(), layout->aggregates.end(),
                                       [](const auto& aggregate) { return has_plain_state(*aggregate); });
    if (layout->plain_states) layout->lay_out_payload();
    layout->fingerprint = layout->compute_fingerprint();
  });
  return std::shared_ptr<const AggregationLayout>(std::move(layout));
}

}  // namespace deltastream::engine

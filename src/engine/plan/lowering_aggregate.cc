// Aggregates: in windows, or over bounded input as one.

#include <algorithm>

#include "engine/plan/failure.h"
#include "engine/plan/local_time_aggregation.h"
#include "engine/plan/lowering.h"
#include "engine/plan/shifted_time.h"
#include "engine/plan/window_columns.h"

namespace deltastream::engine::plan {

using duckdb::ColumnBinding;
using duckdb::Expression;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

namespace {

// The columns that an aggregation reads, computed by one projection below it; equal expressions are one column.
class InputColumns {
 public:
  size_t add(ExpressionPtr expression) {
    for (size_t i = 0; i < expressions_.size(); i++) {
      if (expressions_[i]->Equals(*expression)) return i;
    }
    expressions_.push_back(std::move(expression));
    return expressions_.size() - 1;
  }
  // Moves the expression into the projection and leaves a reference to its column.
  void replace(ExpressionPtr& expression) {
    LogicalType type = expression->return_type;
    size_t index = add(std::move(expression));
    expression = duckdb::make_uniq<duckdb::BoundReferenceExpression>(type, index);
  }
  Expressions take() { return std::move(expressions_); }
  bool empty() const { return expressions_.empty(); }

 private:
  Expressions expressions_;
};

// What the aggregation is over, with the projections between folded in.
struct Input {
  std::vector<ExpressionPtr> groups, aggregates;
  LogicalOperator* op = nullptr;
};

void fold_projection(Input& input) {
  LogicalOperator* projection = input.op;
  auto fold = [&](ExpressionPtr& expression) {
    replace_columns(expression, [&](const ColumnBinding& b, const LogicalType&) { return projection->expressions[b.column_index]->Copy(); });
  };
  for (auto& group : input.groups) fold(group);
  for (auto& aggregate : input.aggregates) fold(aggregate);
  input.op = projection->children[0].get();
}

bool has_volatile(const LogicalOperator& projection) {
  return std::any_of(projection.expressions.begin(), projection.expressions.end(), [](const auto& e) { return e->IsVolatile(); });
}

bool reads(const std::vector<ExpressionPtr>& expressions, duckdb::idx_t table_index) {
  bool found = false;
  for (const auto& expression : expressions) {
    each_column(*expression, [&](const ColumnBinding& binding) { found = found || binding.table_index == table_index; });
  }
  return found;
}

using Windows = std::vector<std::optional<WindowColumn>>;

Windows windows_of(const Input& input) {
  Windows windows;
  for (const auto& group : input.groups) windows.push_back(trace_window(*group, *input.op));
  return windows;
}

// The time column of the aggregation and the window it is put in; expressions are over input.op's output.
struct TimeColumn {
  ExpressionPtr time;
  WindowSpec window;
  // Rows are already one a window: only the end belongs to the window, the start is a key like others.
  bool only_end = false;
};

}  // namespace

// Aggregates of which nothing tells when they are complete.
void Lowering::check_complete(const LogicalOperator& op, bool windowed, bool bounded) const {
  if (windowed || bounded) return;
  const Expression* where = op.expressions.empty() ? nullptr : op.expressions[0].get();
  refuse("an aggregate without a window over an unbounded stream (GROUP BY window_start, window_end of TUMBLE, HOP or CUMULATE)", where);
}

static void check_time_attribute(const WindowColumn& window, const Places& places, size_t place) {
  TimeAttribute attribute = trace_time(*window.time, *window.below);
  if (attribute.found) return;
  std::string what = "the time column of the window is no watermark column of a table";
  if (!attribute.table.empty()) {
    what = fmt::format("the column '{}' of table '{}' has no WATERMARK: a window ends when the watermark passes it. Declare WATERMARK FOR {} AS {} in CREATE TABLE {}",
                       attribute.column, attribute.table, attribute.column, attribute.column, attribute.table);
  }
  fail(invalid_argument(fmt::format("{} at {}", what, places.show(place))));
}

// Whether the time is a TIMESTAMP_LTZ, which windows take as local time.
static bool of_instants(const WindowColumn& window) {
  return window.time->GetExpressionClass() == duckdb::ExpressionClass::BOUND_CAST &&
         window.time->Cast<duckdb::BoundCastExpression>().child->return_type.id() == LogicalTypeId::TIMESTAMP_TZ;
}

// Folds the projections below in, as far as that shows where windows come from.
static Input gather(LogicalOperator& op, const duckdb::vector<ExpressionPtr>& groups) {
  Input input;
  for (const auto& group : groups) input.groups.push_back(group->Copy());
  for (const auto& aggregate : op.expressions) {
    if (op.type == LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY) input.aggregates.push_back(aggregate->Copy());
  }
  input.op = op.children[0].get();
  while (input.op->type == LogicalOperatorType::LOGICAL_PROJECTION && !has_volatile(*input.op)) fold_projection(input);
  return input;
}

static std::optional<TimeColumn> time_column(Input& input, const Windows& windows) {
  const WindowColumn* first = nullptr;
  size_t start = SIZE_MAX, end = SIZE_MAX;
  for (size_t i = 0; i < windows.size(); i++) {
    if (!windows[i]) continue;
    if (!first) first = &*windows[i];
    if (windows[i]->part == WindowColumn::Part::kStart) start = i;
    if (windows[i]->part == WindowColumn::Part::kEnd) end = i;
  }
  if (!first) return std::nullopt;
  TimeColumn result;
  result.window = first->window;
  // HOP and CUMULATE right below: aggregate the rows before they are multiplied.
  if (first->unnest && first->unnest == input.op) {
    auto index = first->unnest->Cast<duckdb::LogicalUnnest>().unnest_index;
    std::vector<ExpressionPtr> others;
    for (size_t i = 0; i < windows.size(); i++) {
      if (!windows[i]) others.push_back(input.groups[i]->Copy());
    }
    if (!reads(input.aggregates, index) && !reads(others, index)) {
      result.time = first->time->Copy();
      input.op = first->below;
      return result;
    }
  }
  if (first->window.kind == WindowSpec::Kind::kTumble) {
    if (first->below == input.op) {
      result.time = first->time->Copy();
    } else if (start != SIZE_MAX) {
      result.time = input.groups[start]->Copy();
    } else if (end != SIZE_MAX) {
      result.time = shifted_time(input.groups[end]->Copy(), -first->window.size_us);
    }
    return result;
  }
  if (end == SIZE_MAX) return result;
  // Rows that HOP or CUMULATE has multiplied: the window of such a row is the last step before its end.
  int64_t step = first->window.slide_us;
  result.time = shifted_time(input.groups[end]->Copy(), -step);
  result.window = {WindowSpec::Kind::kTumble, step, 0, first->window.offset_us};
  result.only_end = true;
  return result;
}

Relation Lowering::lower_aggregate(LogicalOperator& op, const duckdb::vector<ExpressionPtr>& groups) {
  Input input = gather(op, groups);
  Windows windows = windows_of(input);
  auto time = time_column(input, windows);
  const WindowColumn* first = nullptr;
  for (const auto& window : windows) {
    if (!window) continue;
    if (first && !same_window(first->window, window->window)) refuse("GROUP BY columns of two different windows");
    if (!first) first = &*window;
  }
  if (first) {
    if (!time || !time->time) refuse("a window that is grouped by without window_end (GROUP BY window_start, window_end)");
    check_time_attribute(*first, places_, query_);
  }

  // Asked now: lowering takes the expressions that the window points at.
  const bool instants_below = first && of_instants(*first);
  windows_above_ += first ? 1 : 0;
  Relation below = lower(*input.op);
  windows_above_ -= first ? 1 : 0;
  check_complete(op, first != nullptr, below.bounded);

  AggregationSpec spec;
  InputColumns columns;
  if (first) {
    spec.window = time->window;
    spec.time_column = columns.add(resolve(*time->time, below.bindings));
  }
  // Where each group of the query is: a key of the aggregation, or the window's own.
  std::vector<std::optional<size_t>> key(input.groups.size());
  bool instants = false;  // window_time as TIMESTAMP_LTZ
  for (size_t i = 0; i < input.groups.size(); i++) {
    AggregationSpec::Output output;
    bool own = windows[i] && !(time->only_end && windows[i]->part == WindowColumn::Part::kStart);
    if (own) {
      using Kind = AggregationSpec::Output::Kind;
      constexpr Kind kinds[] = {Kind::kWindowStart, Kind::kWindowEnd, Kind::kWindowTime};
      output.kind = kinds[static_cast<size_t>(windows[i]->part)];
      instants = instants || input.groups[i]->return_type.id() == LogicalTypeId::TIMESTAMP_TZ;
    } else {
      output.kind = AggregationSpec::Output::Kind::kGroup;
      output.index = spec.groups.size();
      key[i] = spec.groups.size();
      spec.groups.push_back(resolve(*input.groups[i], below.bindings));
      columns.replace(spec.groups.back());
    }
    spec.outputs.push_back(output);
    spec.output_types.push_back(own ? LogicalType::TIMESTAMP : input.groups[i]->return_type);
  }
  for (size_t i = 0; i < input.aggregates.size(); i++) {
    ExpressionPtr aggregate = resolve(*input.aggregates[i], below.bindings);
    auto& bound = aggregate->Cast<duckdb::BoundAggregateExpression>();
    for (auto& child : bound.children) columns.replace(child);
    if (bound.filter) columns.replace(bound.filter);
    if (bound.order_bys) {
      for (auto& order : bound.order_bys->orders) columns.replace(order.expression);
    }
    spec.outputs.push_back({AggregationSpec::Output::Kind::kAggregate, i});
    spec.output_types.push_back(aggregate->return_type);
    spec.aggregates.push_back(std::move(aggregate));
  }
  if (op.type == LogicalOperatorType::LOGICAL_AGGREGATE_AND_GROUP_BY) {
    grouping_sets(op.Cast<duckdb::LogicalAggregate>(), key, spec);
  }
  // COUNT(*) alone reads no column, but a chunk has one.
  if (columns.empty()) columns.add(duckdb::make_uniq<duckdb::BoundConstantExpression>(Value::BOOLEAN(true)));
  Expressions read = columns.take();
  for (const auto& column : read) spec.input_types.push_back(column->return_type);
  spec.connection = duckdb_->connection();
  spec.text = describe_aggregation(spec);

  auto bindings = op.GetColumnBindings();
  Relation result;
  result.bounded = below.bounded;
  result.bindings.assign(bindings.begin(), bindings.end());
  Relation inner = project(std::move(below), std::move(read), {});
  result.node = std::make_unique<PlanNode>();
  result.node->kind = NodeKind::kWindowAggregate;
  result.node->types = spec.output_types;
  auto aggregation = make_window_aggregation(std::move(spec));
  if (!aggregation.ok()) fail(std::move(aggregation).error());
  result.node->aggregation = std::move(aggregation).value();
  if (instants_below) result.node->aggregation = with_local_time(result.node->aggregation, duckdb_);
  result.node->children.push_back(std::move(inner.node));
  return instants ? with_instants(std::move(result), op.types) : std::move(result);
}

// window_time of a TIMESTAMP_LTZ leaves the aggregation as local time.
Relation Lowering::with_instants(Relation input, const duckdb::vector<LogicalType>& wanted) const {
  Expressions columns;
  for (size_t i = 0; i < input.node->types.size(); i++) {
    ExpressionPtr column = duckdb::make_uniq<duckdb::BoundReferenceExpression>(input.node->types[i], i);
    columns.push_back(duckdb::BoundCastExpression::AddCastToType(duckdb_->context(), std::move(column), wanted[i]));
  }
  auto bindings = input.bindings;
  return project(std::move(input), std::move(columns), std::move(bindings));
}

void Lowering::grouping_sets(const duckdb::LogicalAggregate& aggregate, const std::vector<std::optional<size_t>>& key, AggregationSpec& spec) const {
  if (aggregate.grouping_sets.size() > 1) {
    for (const auto& set : aggregate.grouping_sets) {
      auto& keys = spec.grouping_sets.emplace_back();
      for (size_t i = 0; i < key.size(); i++) {
        if (key[i] && set.count(i) > 0) keys.push_back(*key[i]);
        if (!key[i] && set.count(i) == 0) refuse("a grouping set without the window (every set holds window_start and window_end)");
      }
    }
  }
  for (size_t i = 0; i < aggregate.grouping_functions.size(); i++) {
    auto& arguments = spec.grouping_functions.emplace_back();
    for (auto group : aggregate.grouping_functions[i]) {
      if (!key[group]) refuse("GROUPING of a window's column");
      arguments.push_back(*key[group]);
    }
    spec.outputs.push_back({AggregationSpec::Output::Kind::kGroupingId, i});
    spec.output_types.push_back(LogicalType::BIGINT);
  }
}

std::string Lowering::describe_aggregation(const AggregationSpec& spec) {
  constexpr const char* kKinds[] = {"", "TUMBLE", "HOP", "CUMULATE"};
  std::string text;
  if (spec.window.kind != WindowSpec::Kind::kNone) {
    text = fmt::format("{} {} us", kKinds[static_cast<size_t>(spec.window.kind)], spec.window.size_us);
    if (spec.window.slide_us > 0) text += fmt::format(" by {} us", spec.window.slide_us);
    if (spec.window.offset_us != 0) text += fmt::format(" from {} us", spec.window.offset_us);
    text += fmt::format(" of #{} ", spec.time_column);
  }
  std::string groups, aggregates;
  for (const auto& group : spec.groups) groups += (groups.empty() ? "" : ", ") + group->ToString();
  for (const auto& aggregate : spec.aggregates) aggregates += (aggregates.empty() ? "" : ", ") + aggregate->ToString();
  return fmt::format("{}by [{}]: {}", text, groups, aggregates);
}

Relation Lowering::lower_distinct(duckdb::LogicalDistinct& distinct) {
  if (distinct.distinct_type != duckdb::DistinctType::DISTINCT) refuse("DISTINCT ON");
  duckdb::vector<ExpressionPtr> groups;
  auto bindings = distinct.GetColumnBindings();
  for (size_t i = 0; i < bindings.size(); i++) groups.push_back(duckdb::make_uniq<duckdb::BoundColumnRefExpression>(distinct.types[i], bindings[i]));
  return lower_aggregate(distinct, groups);
}

}  // namespace deltastream::engine::plan

#include "engine/plan/window_columns.h"

#include <algorithm>
#include <array>

#include "engine/front/names.h"
#include "engine/plan/failure.h"
#include "engine/plan/window_functions.h"

namespace deltastream::engine::plan {

using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;

namespace {

int64_t number(const Expression& call, size_t index) {
  return argument(call, index).Cast<duckdb::BoundConstantExpression>().value.GetValue<int64_t>();
}

// The UNNEST that a reference to one of its columns comes from, through what passes or renames it.
LogicalOperator* unnest_of(const Expression& reference, LogicalOperator& op) {
  if (reference.GetExpressionClass() != ExpressionClass::BOUND_COLUMN_REF) return nullptr;
  const auto& binding = reference.Cast<duckdb::BoundColumnRefExpression>().binding;
  Definition definition = definition_of(binding, op);
  if (definition.expression) return unnest_of(*definition.expression, *definition.below);
  LogicalOperator* at = maker_of(binding, op);
  return at->type == LogicalOperatorType::LOGICAL_UNNEST && at->Cast<duckdb::LogicalUnnest>().unnest_index == binding.table_index ? at : nullptr;
}

// The field that a call of struct_extract takes; its alias may be any other.
std::optional<std::string> field_name(const duckdb::BoundFunctionExpression& call) {
  if (call.children.size() != 2 || call.children[1]->GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return std::nullopt;
  const Value& value = call.children[1]->Cast<duckdb::BoundConstantExpression>().value;
  if (value.type().id() == LogicalTypeId::VARCHAR) return value.ToString();
  return value.GetValue<int64_t>() == 1 ? "window_start" : "window_end";
}

// row.window_start, where the row is an element of HOP's or CUMULATE's windows.
std::optional<WindowColumn> field_of_window(const Expression& expression, LogicalOperator& op) {
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_FUNCTION) return std::nullopt;
  auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
  if (call.function.name.rfind("struct_extract", 0) != 0 || call.children.empty()) return std::nullopt;
  LogicalOperator* unnest = unnest_of(*call.children[0], op);
  if (!unnest || unnest->expressions.size() != 1) return std::nullopt;
  const Expression& list = *unnest->expressions[0]->Cast<duckdb::BoundUnnestExpression>().child;
  bool hop = as_call(list, kHopWindows);
  if (!hop && !as_call(list, kCumulateWindows)) return std::nullopt;
  auto field = field_name(call);
  if (!field) return std::nullopt;
  WindowColumn column;
  column.part = *field == "window_start" ? WindowColumn::Part::kStart : WindowColumn::Part::kEnd;
  column.window = {hop ? WindowSpec::Kind::kHop : WindowSpec::Kind::kCumulate, number(list, 2), number(list, 1), number(list, 3)};
  column.time = &argument(list, 0);
  column.below = unnest->children[0].get();
  column.unnest = unnest;
  return column;
}

}  // namespace

std::optional<WindowColumn> trace_window(const Expression& expression, LogicalOperator& op) {
  bool start = as_call(expression, kTumbleStart);
  if (start || as_call(expression, kTumbleEnd)) {
    WindowColumn column;
    column.part = start ? WindowColumn::Part::kStart : WindowColumn::Part::kEnd;
    column.window = {WindowSpec::Kind::kTumble, number(expression, 1), 0, number(expression, 2)};
    column.time = &argument(expression, 0);
    column.below = &op;
    return column;
  }
  if (as_call(expression, kWindowTime)) {
    const Expression* end = &argument(expression, 1);
    if (end->GetExpressionClass() == ExpressionClass::BOUND_CAST) end = end->Cast<duckdb::BoundCastExpression>().child.get();
    auto column = trace_window(*end, op);
    if (column) column->part = WindowColumn::Part::kTime;
    return column;
  }
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_COLUMN_REF) {
    Definition definition = definition_of(expression.Cast<duckdb::BoundColumnRefExpression>().binding, op);
    return definition.expression ? trace_window(*definition.expression, *definition.below) : std::nullopt;
  }
  return field_of_window(expression, op);
}

void check_window_columns(const LogicalOperator& op, const Places& places, size_t query) {
  for (const auto& child : op.children) check_window_columns(*child, places, query);
  // The columns of a window stand behind those of its rows.
  static constexpr std::array<const char*, 3> kNames{"window_start", "window_end", "window_time"};
  const size_t count = op.expressions.size();
  const bool window = op.type == LogicalOperatorType::LOGICAL_PROJECTION && count >= kNames.size() && as_call(*op.expressions[count - 1], kWindowTime) &&
                      std::equal(kNames.begin(), kNames.end(), op.expressions.end() - 3, [](const char* name, const auto& column) { return column->GetAlias() == name; });
  if (!window) return;
  for (size_t i = 0; i + kNames.size() < count; i++) {
    const std::string name = front::lower_case(op.expressions[i]->GetAlias());
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) continue;
    const auto place = argument(*op.expressions[count - 1], 0).GetQueryLocation();
    fail(invalid_argument(fmt::format("the rows of the window have a column '{}' already, which the window adds: give it another name (AS) at {}", name,
                                      places.show(place.IsValid() ? place.GetIndex() : query))));
  }
}

bool same_window(const WindowSpec& a, const WindowSpec& b) {
  return a.kind == b.kind && a.size_us == b.size_us && a.slide_us == b.slide_us && a.offset_us == b.offset_us;
}

}  // namespace deltastream::engine::plan

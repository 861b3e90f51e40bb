#include "engine/delta_scan/range_predicates.h"

#include <optional>

#include "duckdb/common/types/date.hpp"
#include "duckdb/common/types/timestamp.hpp"
#include "duckdb/planner/expression/list.hpp"

namespace deltastream::engine {
namespace {

using delta::Predicate;
using delta::PredicateOp;
using duckdb::Expression;
using duckdb::ExpressionClass;

const Value* text_constant(const Expression& expression) {
  if (expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return nullptr;
  const Value& value = expression.Cast<duckdb::BoundConstantExpression>().value;
  return value.IsNull() || value.type().id() != LogicalTypeId::VARCHAR ? nullptr : &value;
}

// What every text that begins with `prefix` is less than; absent where that is no text (its last character has no next one in ASCII).
std::optional<std::string> after_prefix(std::string prefix) {
  if (prefix.empty() || static_cast<unsigned char>(prefix.back()) >= 0x7f) return std::nullopt;
  prefix.back()++;
  return prefix;
}

// Days from `first` up to, not including, `end`.
struct Days {
  duckdb::date_t first, end;
};

std::optional<Days> year_of(const Value& value) {
  Value number;
  std::string why;
  if (!value.type().IsIntegral() || !value.DefaultTryCastAs(LogicalType::BIGINT, number, &why)) return std::nullopt;
  const int64_t year = number.GetValue<int64_t>();
  if (year < -9999 || year > 9999) return std::nullopt;
  const auto at = static_cast<int32_t>(year);
  return Days{duckdb::Date::FromDate(at, 1, 1), duckdb::Date::FromDate(at + 1, 1, 1)};
}

std::optional<Days> day_of(const Value& value) {
  if (value.type().id() != LogicalTypeId::DATE) return std::nullopt;
  const auto day = value.GetValue<duckdb::date_t>();
  const int32_t year = duckdb::Date::IsFinite(day) ? duckdb::Date::ExtractYear(day) : INT32_MAX;
  if (year < -9999 || year > 9999) return std::nullopt;
  return Days{day, duckdb::date_t(day.days + 1)};
}

struct Period {
  const Expression* column = nullptr;
  std::optional<Days> days;
};

Period period_of(const Expression& expression, const Value& value) {
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_CAST) {
    const auto& cast = expression.Cast<duckdb::BoundCastExpression>();
    if (!cast.try_cast && cast.return_type.id() == LogicalTypeId::DATE) return {cast.child.get(), day_of(value)};
  }
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_FUNCTION) {
    const auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
    if (call.function.name == "year" && call.children.size() == 1) return {call.children[0].get(), year_of(value)};
  }
  return {};
}

// A bound in the column's type. Instants have their days by the session's zone: a day around covers every zone.
std::optional<Value> bound(const LogicalType& type, duckdb::date_t day, int margin_days) {
  switch (type.id()) {
    case LogicalTypeId::DATE: return Value::DATE(day);
    case LogicalTypeId::TIMESTAMP: return Value::TIMESTAMP(duckdb::Timestamp::FromDatetime(day, duckdb::dtime_t(0)));
    case LogicalTypeId::TIMESTAMP_TZ:
      return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(duckdb::Timestamp::FromDatetime(duckdb::date_t(day.days + margin_days), duckdb::dtime_t(0))));
    default: return std::nullopt;
  }
}

}  // namespace

void add_prefix(const duckdb::BoundFunctionExpression& call, const ScanColumns& columns, std::vector<Predicate>& out) {
  const std::string& name = call.function.name;
  const bool like = name == "~~";
  if ((!like && name != "prefix" && name != "starts_with" && name != "^@") || call.children.size() != 2) return;
  const Value* pattern = text_constant(*call.children[1]);
  auto path = column_path(*call.children[0], columns);
  if (!pattern || path.empty()) return;
  std::string prefix = duckdb::StringValue::Get(*pattern);
  if (like) prefix = prefix.substr(0, prefix.find_first_of("%_"));
  // The part that is ASCII is one that can be cut anywhere.
  while (!prefix.empty() && !after_prefix(prefix)) prefix.pop_back();
  if (prefix.empty()) return;
  out.push_back({path, PredicateOp::kGreaterEqual, {Value(prefix)}});
  out.push_back({std::move(path), PredicateOp::kLess, {Value(*after_prefix(prefix))}});
}

void add_period(const Expression& period, PredicateOp op, const Value& value, const ScanColumns& columns, std::vector<Predicate>& out) {
  const auto [column, days] = period_of(period, value);
  if (!column || !days) return;
  const auto path = column_path(*column, columns);
  if (path.empty()) return;
  auto add = [&](PredicateOp one, duckdb::date_t day, int margin_days) {
    if (auto limit = bound(column->return_type, day, margin_days)) out.push_back({path, one, {*limit}});
  };
  const bool equal = op == PredicateOp::kEqual;
  if (equal || op == PredicateOp::kGreaterEqual) add(PredicateOp::kGreaterEqual, days->first, -1);
  if (op == PredicateOp::kGreater) add(PredicateOp::kGreaterEqual, days->end, -1);
  if (equal || op == PredicateOp::kLessEqual) add(PredicateOp::kLess, days->end, 1);
  if (op == PredicateOp::kLess) add(PredicateOp::kLess, days->first, 1);
}

}  // namespace deltastream::engine

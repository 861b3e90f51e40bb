#include "delta/scan/bounds.h"

#include <algorithm>

namespace deltastream::delta {
namespace {

bool is_float(const Value& value) { return value.type().id() == LogicalTypeId::FLOAT || value.type().id() == LogicalTypeId::DOUBLE; }

bool is_nan(const Value& value) {
  if (value.IsNull() || !is_float(value)) return false;
  return value.type().id() == LogicalTypeId::FLOAT ? Value::IsNan(value.GetValueUnsafe<float>()) : Value::IsNan(value.GetValueUnsafe<double>());
}

// Bounds never speak of NaN, which SQL orders after all numbers: an upper bound of a float column binds only what
// equals a number, not what is greater than one.
bool may_equal(const Value& value, const ColumnBounds& bounds) {
  if (value.IsNull()) return false;
  if (is_nan(value)) return true;
  return !(bounds.min && value < *bounds.min) && !(bounds.max && value > *bounds.max);
}

bool compares(PredicateOp op, const Value& left, const Value& right) {
  switch (op) {
    case PredicateOp::kEqual:
    case PredicateOp::kIn: return left == right;
    case PredicateOp::kNotEqual: return left != right;
    case PredicateOp::kLess: return left < right;
    case PredicateOp::kLessEqual: return left <= right;
    case PredicateOp::kGreater: return left > right;
    case PredicateOp::kGreaterEqual: return left >= right;
    case PredicateOp::kIsNull:
    case PredicateOp::kIsNotNull:
    case PredicateOp::kAnyOf:
    case PredicateOp::kTest: break;
  }
  return true;
}

}  // namespace

bool value_may_match(const Predicate& predicate, const Value& value) {
  if (predicate.op == PredicateOp::kIsNull) return value.IsNull();
  if (predicate.op == PredicateOp::kIsNotNull) return !value.IsNull();
  if (value.IsNull()) return false;
  return std::any_of(predicate.values.begin(), predicate.values.end(),
                     [&](const Value& wanted) { return !wanted.IsNull() && compares(predicate.op, value, wanted); });
}

bool bounds_may_match(const Predicate& predicate, const ColumnBounds& bounds, std::optional<int64_t> rows, bool exact_text) {
  bool all_null = bounds.null_count && rows && *bounds.null_count >= *rows;
  // A field of a struct is null with its parent, and not every writer counts that.
  if (predicate.op == PredicateOp::kIsNull) return !(bounds.null_count == 0 && predicate.column.size() == 1);
  if (all_null) return false;
  if (predicate.op == PredicateOp::kIsNotNull) return true;
  return std::any_of(predicate.values.begin(), predicate.values.end(), [&](const Value& value) {
    if (value.IsNull()) return false;
    switch (predicate.op) {
      case PredicateOp::kEqual:
      case PredicateOp::kIn: return may_equal(value, bounds);
      case PredicateOp::kNotEqual: return is_float(value) || !exact_text || !bounds.min || !bounds.max || *bounds.min != value || *bounds.max != value;
      case PredicateOp::kLess: return !(bounds.min && *bounds.min >= value);
      case PredicateOp::kLessEqual: return !(bounds.min && *bounds.min > value);
      case PredicateOp::kGreater: return is_float(value) || !(bounds.max && *bounds.max <= value);
      case PredicateOp::kGreaterEqual: return is_float(value) || !(bounds.max && *bounds.max < value);
      default: return true;
    }
  });
}

}  // namespace deltastream::delta

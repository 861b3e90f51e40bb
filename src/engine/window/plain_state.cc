#include "engine/window/plain_state.h"

#include <algorithm>
#include <string_view>

#include "common/chunk.h"

namespace deltastream::engine {
namespace {

bool fixed_width(const LogicalType& type) {
  if (type.id() == LogicalTypeId::BIGNUM || type.id() == LogicalTypeId::BIT) return false;
  return duckdb::TypeIsConstantSize(type.InternalType());
}

enum class Arguments {
  kAny,         // the state holds no value of the argument's type
  kFixedWidth,  // the state holds such values: they must not point anywhere
  kWord,        // ARG_MIN and ARG_MAX: only these instances keep both values in the state
};

struct PlainFunction {
  std::string_view name;
  Arguments arguments;
};

// As in DuckDB 1.5.6: every name under which its catalog lists the function.
constexpr PlainFunction kPlainFunctions[] = {
    {"count_star", Arguments::kAny},
    {"count", Arguments::kAny},
    {"count_if", Arguments::kAny},
    {"countif", Arguments::kAny},
    {"approx_count_distinct", Arguments::kAny},
    {"sum", Arguments::kFixedWidth},
    {"sum_no_overflow", Arguments::kFixedWidth},
    {"kahan_sum", Arguments::kFixedWidth},
    {"fsum", Arguments::kFixedWidth},
    {"sumkahan", Arguments::kFixedWidth},
    {"avg", Arguments::kFixedWidth},
    {"mean", Arguments::kFixedWidth},
    {"favg", Arguments::kFixedWidth},
    {"min", Arguments::kFixedWidth},
    {"max", Arguments::kFixedWidth},
    {"first", Arguments::kFixedWidth},
    {"last", Arguments::kFixedWidth},
    {"any_value", Arguments::kFixedWidth},
    {"arbitrary", Arguments::kFixedWidth},
    {"bool_and", Arguments::kFixedWidth},
    {"bool_or", Arguments::kFixedWidth},
    {"bit_and", Arguments::kFixedWidth},
    {"bit_or", Arguments::kFixedWidth},
    {"bit_xor", Arguments::kFixedWidth},
    {"product", Arguments::kFixedWidth},
    {"var_pop", Arguments::kFixedWidth},
    {"var_samp", Arguments::kFixedWidth},
    {"variance", Arguments::kFixedWidth},
    {"stddev", Arguments::kFixedWidth},
    {"stddev_pop", Arguments::kFixedWidth},
    {"stddev_samp", Arguments::kFixedWidth},
    {"sem", Arguments::kFixedWidth},
    {"skewness", Arguments::kFixedWidth},
    {"kurtosis", Arguments::kFixedWidth},
    {"kurtosis_pop", Arguments::kFixedWidth},
    {"corr", Arguments::kFixedWidth},
    {"covar_pop", Arguments::kFixedWidth},
    {"covar_samp", Arguments::kFixedWidth},
    {"regr_avgx", Arguments::kFixedWidth},
    {"regr_avgy", Arguments::kFixedWidth},
    {"regr_count", Arguments::kFixedWidth},
    {"regr_intercept", Arguments::kFixedWidth},
    {"regr_r2", Arguments::kFixedWidth},
    {"regr_slope", Arguments::kFixedWidth},
    {"regr_sxx", Arguments::kFixedWidth},
    {"regr_sxy", Arguments::kFixedWidth},
    {"regr_syy", Arguments::kFixedWidth},
    {"arg_min", Arguments::kWord},
    {"argmin", Arguments::kWord},
    {"min_by", Arguments::kWord},
    {"arg_max", Arguments::kWord},
    {"argmax", Arguments::kWord},
    {"max_by", Arguments::kWord},
};

bool word_state(const duckdb::BoundAggregateExpression& aggregate) {
  if (aggregate.children.size() != 2) return false;
  for (const auto& child : aggregate.children) {
    auto type = child->return_type.InternalType();
    if (type != duckdb::PhysicalType::INT32 && type != duckdb::PhysicalType::INT64 && type != duckdb::PhysicalType::DOUBLE) {
      return false;
    }
  }
  // Flags and two words; the general form keeps sort keys of 16 bytes each.
  return aggregate.function.GetStateSizeCallback()(aggregate.function) <= 24;
}

}  // namespace

bool has_plain_state(const duckdb::BoundAggregateExpression& aggregate) {
  const auto& function = aggregate.function;
  auto known = std::find_if(std::begin(kPlainFunctions), std::end(kPlainFunctions),
                            [&](const PlainFunction& plain) { return plain.name == function.name; });
  if (known == std::end(kPlainFunctions)) return false;
  if (function.HasStateDestructorCallback() || !function.HasStateCombineCallback() || !function.HasStateUpdateCallback()) return false;
  if (aggregate.IsDistinct() && function.GetDistinctDependent() == duckdb::AggregateDistinctDependent::DISTINCT_DEPENDENT) return false;
  if (aggregate.order_bys && function.GetOrderDependent() == duckdb::AggregateOrderDependent::ORDER_DEPENDENT) return false;
  if (known->arguments == Arguments::kAny) return true;
  if (known->arguments == Arguments::kWord) return word_state(aggregate);
  // MIN(x, n) and MAX(x, n) keep a heap.
  if ((known->name == "min" || known->name == "max") && aggregate.children.size() != 1) return false;
  return std::all_of(aggregate.children.begin(), aggregate.children.end(),
                     [](const auto& child) { return fixed_width(child->return_type); });
}

}  // namespace deltastream::engine

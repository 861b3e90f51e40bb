#include "engine/plan/not_null.h"

#include "common/chunk.h"

namespace deltastream::engine::plan {
namespace {

void check(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  duckdb::UnifiedVectorFormat format;
  input.data[0].ToUnifiedFormat(input.size(), format);
  if (!format.validity.AllValid()) {
    for (duckdb::idx_t row = 0; row < input.size(); row++) {
      if (!format.validity.RowIsValid(format.sel->get_index(row))) throw duckdb::ConstraintException("%s", input.data[1].GetValue(row).ToString());
    }
  }
  result.Reference(input.data[0]);
}

}  // namespace

duckdb::unique_ptr<duckdb::Expression> not_null(duckdb::unique_ptr<duckdb::Expression> value, const std::string& message) {
  LogicalType type = value->return_type;
  duckdb::ScalarFunction function("__not_null", {type, LogicalType::VARCHAR}, type, check);
  function.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  duckdb::vector<duckdb::unique_ptr<duckdb::Expression>> arguments;
  arguments.push_back(std::move(value));
  arguments.push_back(duckdb::make_uniq<duckdb::BoundConstantExpression>(Value(message)));
  return duckdb::make_uniq<duckdb::BoundFunctionExpression>(type, std::move(function), std::move(arguments), nullptr);
}

}  // namespace deltastream::engine::plan

#include "engine/plan/byte_casts.h"

#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/logical_operator_visitor.hpp"

#include "common/chunk.h"
#include "engine/front/token.h"

namespace deltastream::engine::plan {
namespace {

using ExpressionPtr = duckdb::unique_ptr<duckdb::Expression>;
using duckdb::string_t;

void to_bytes(DataChunk& input, duckdb::ExpressionState&, Vector& result) { result.Reinterpret(input.data[0]); }

bool utf8(std::string_view text) {
  while (!text.empty()) {
    size_t length = front::utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// TRY_CAST makes NULL of bytes that are no text.
template <bool TRY>
void to_text(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  duckdb::UnaryExecutor::ExecuteWithNulls<string_t, string_t>(
      input.data[0], result, input.size(), [&](string_t bytes, duckdb::ValidityMask& valid, duckdb::idx_t row) {
        if (utf8({bytes.GetData(), bytes.GetSize()})) return duckdb::StringVector::AddString(result, bytes);
        if (!TRY) throw duckdb::InvalidInputException("CAST of BYTES to STRING: the bytes are not UTF-8");
        valid.SetInvalid(row);
        return string_t();
      });
}

void replace(ExpressionPtr& expression) {
  duckdb::ExpressionIterator::EnumerateChildren(*expression, [](ExpressionPtr& child) { replace(child); });
  if (expression->GetExpressionClass() != duckdb::ExpressionClass::BOUND_CAST) return;
  auto& cast = expression->Cast<duckdb::BoundCastExpression>();
  LogicalTypeId from = cast.child->return_type.id(), to = cast.return_type.id();
  bool bytes = from == LogicalTypeId::VARCHAR && to == LogicalTypeId::BLOB, text = from == LogicalTypeId::BLOB && to == LogicalTypeId::VARCHAR;
  if (!bytes && !text) return;
  LogicalType type = cast.return_type;
  duckdb::ScalarFunction function(bytes ? "__to_bytes" : "__to_text", {cast.child->return_type}, type,
                                  bytes ? to_bytes : cast.try_cast ? to_text<true> : to_text<false>);
  duckdb::vector<ExpressionPtr> arguments;
  arguments.push_back(std::move(cast.child));
  auto call = duckdb::make_uniq<duckdb::BoundFunctionExpression>(type, std::move(function), std::move(arguments), nullptr);
  call->SetAlias(expression->GetAlias());
  call->SetQueryLocation(expression->GetQueryLocation());
  expression = std::move(call);
}

}  // namespace

void replace_byte_casts(duckdb::LogicalOperator& op) {
  duckdb::LogicalOperatorVisitor::EnumerateExpressions(op, [](ExpressionPtr* expression) { replace(*expression); });
  for (auto& child : op.children) replace_byte_casts(*child);
}

}  // namespace deltastream::engine::plan

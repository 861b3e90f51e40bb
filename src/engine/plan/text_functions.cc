#include "engine/plan/text_functions.h"

#include "common/chunk.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/function/scalar_function.hpp"

#include "engine/plan/json_text.h"
#include "engine/plan/literal_pattern.h"

namespace deltastream::engine::plan {
namespace {

std::optional<std::string_view> piece(std::string_view text, std::string_view separator, int64_t index) {
  if (index < 0 || separator.empty()) return std::nullopt;
  size_t start = 0;
  // One character is found by memchr, which is several times faster.
  auto next = [&] { return separator.size() == 1 ? text.find(separator[0], start) : text.find(separator, start); };
  for (; index > 0; index--) {
    size_t end = next();
    if (end == std::string_view::npos) return std::nullopt;
    start = end + separator.size();
  }
  size_t end = next();
  return text.substr(start, end == std::string_view::npos ? end : end - start);
}

void split_index(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  using duckdb::string_t;
  duckdb::TernaryExecutor::ExecuteWithNulls<string_t, string_t, int64_t, string_t>(
      input.data[0], input.data[1], input.data[2], result, input.size(),
      [&](string_t text, string_t separator, int64_t index, duckdb::ValidityMask& valid, duckdb::idx_t row) {
        auto found = piece({text.GetData(), text.GetSize()}, {separator.GetData(), separator.GetSize()}, index);
        if (!found) {
          valid.SetInvalid(row);
          return string_t();
        }
        return duckdb::StringVector::AddString(result, found->data(), found->size());
      });
}

int64_t occurrences(std::string_view text, std::string_view part) {
  if (part.size() == 1) return std::count(text.begin(), text.end(), part[0]);
  int64_t count = 0;
  if (part.empty()) return count;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) count++;
  return count;
}

void count_char(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  using duckdb::string_t;
  duckdb::BinaryExecutor::Execute<string_t, string_t, int64_t>(input.data[0], input.data[1], result, input.size(), [](string_t text, string_t part) {
    return occurrences({text.GetData(), text.GetSize()}, {part.GetData(), part.GetSize()});
  });
}

struct LiteralBindData : duckdb::FunctionData {
  explicit LiteralBindData(LiteralPattern p) : pattern(std::move(p)) {}
  duckdb::unique_ptr<duckdb::FunctionData> Copy() const override { return duckdb::make_uniq<LiteralBindData>(pattern); }
  bool Equals(const duckdb::FunctionData& other) const override {
    const auto& o = other.Cast<LiteralBindData>().pattern;
    return o.before == pattern.before && o.literal == pattern.literal && o.stop == pattern.stop && o.not_empty == pattern.not_empty;
  }
  LiteralPattern pattern;
};

// The arguments are the regular expression and the group, which the rewriting has checked.
duckdb::unique_ptr<duckdb::FunctionData> bind_literal(duckdb::ClientContext& context, duckdb::ScalarFunction&,
                                                      duckdb::vector<duckdb::unique_ptr<duckdb::Expression>>& arguments) {
  std::string regex = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[1]).ToString();
  int64_t group = duckdb::ExpressionExecutor::EvaluateScalar(context, *arguments[2]).GetValue<int64_t>();
  auto pattern = literal_pattern(regex, group);
  if (!pattern) throw duckdb::InternalException("'%s' is no literal pattern", regex);
  return duckdb::make_uniq<LiteralBindData>(std::move(*pattern));
}

void literal_extract(DataChunk& input, duckdb::ExpressionState& state, Vector& result) {
  using duckdb::string_t;
  const auto& pattern = state.expr.Cast<duckdb::BoundFunctionExpression>().bind_info->Cast<LiteralBindData>().pattern;
  duckdb::UnaryExecutor::ExecuteWithNulls<string_t, string_t>(
      input.data[0], result, input.size(), [&](string_t text, duckdb::ValidityMask& valid, duckdb::idx_t row) {
        auto found = find_literal({text.GetData(), text.GetSize()}, pattern);
        if (!found) {
          valid.SetInvalid(row);
          return string_t();
        }
        return duckdb::StringVector::AddString(result, found->data(), found->size());
      });
}

void is_json(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  duckdb::UnifiedVectorFormat texts, kinds;
  input.data[0].ToUnifiedFormat(input.size(), texts);
  input.data[1].ToUnifiedFormat(input.size(), kinds);
  auto out = duckdb::FlatVector::GetData<bool>(result);
  for (duckdb::idx_t row = 0; row < input.size(); row++) {
    const auto text = texts.sel->get_index(row), kind = kinds.sel->get_index(row);
    std::optional<JsonKind> found;
    if (texts.validity.RowIsValid(text)) {
      const auto& value = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(texts)[text];
      found = json_kind({value.GetData(), value.GetSize()});
    }
    const bool any = !kinds.validity.RowIsValid(kind);
    out[row] = found && (any || static_cast<int32_t>(*found) == duckdb::UnifiedVectorFormat::GetData<int32_t>(kinds)[kind]);
  }
}

}  // namespace

void register_text_functions(duckdb::DatabaseInstance& database) {
  register_scalar_function(database, duckdb::ScalarFunction("__split_index", {LogicalType::VARCHAR, LogicalType::VARCHAR, LogicalType::BIGINT},
                                                            LogicalType::VARCHAR, split_index));
  register_scalar_function(database, duckdb::ScalarFunction("__count_char", {LogicalType::VARCHAR, LogicalType::VARCHAR}, LogicalType::BIGINT, count_char));
  register_scalar_function(database, duckdb::ScalarFunction(kLiteralExtract, {LogicalType::VARCHAR, LogicalType::VARCHAR, LogicalType::BIGINT},
                                                            LogicalType::VARCHAR, literal_extract, bind_literal));
  duckdb::ScalarFunction json(kIsJson, {LogicalType::VARCHAR, LogicalType::INTEGER}, LogicalType::BOOLEAN, is_json);
  json.SetNullHandling(duckdb::FunctionNullHandling::SPECIAL_HANDLING);
  register_scalar_function(database, json);
}

}  // namespace deltastream::engine::plan

#include "engine/plan/text_functions.h"

#include "common/chunk.h"

#include <bit>
#include <cstring>
#include <optional>
#include <string_view>

#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/function/scalar_function.hpp"

#include "engine/plan/json_text.h"
#include "engine/plan/literal_pattern.h"

namespace deltastream::engine::plan {
namespace {

// The top bit of each byte of `bytes` that is `c`, exactly: the carry of the addition does not leave its byte.
uint64_t bytes_equal(uint64_t bytes, char c) {
  constexpr uint64_t kLow = 0x7F7F7F7F7F7F7F7F;
  const uint64_t different = bytes ^ (uint64_t(static_cast<unsigned char>(c)) * 0x0101010101010101);
  return ~(((different & kLow) + kLow) | different | kLow);
}

// Calls `at(place)` for each `c` in the text, in order, until it returns true. Texts are short, so that eight bytes at a time are faster
// than a call of memchr for each place.
template <class At>
bool find_each(std::string_view text, char c, At at) {
  static_assert(std::endian::native == std::endian::little);
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, text.data() + i, 8);
    for (uint64_t found = bytes_equal(bytes, c); found; found &= found - 1) {
      if (at(i + size_t(std::countr_zero(found)) / 8)) return true;
    }
  }
  for (; i < text.size(); i++) {
    if (text[i] == c && at(i)) return true;
  }
  return false;
}

std::optional<std::string_view> piece(std::string_view text, char separator, int64_t index) {
  size_t start = 0, end = text.size();
  const bool whole = find_each(text, separator, [&](size_t place) {
    if (index-- == 0) return end = place, true;
    start = place + 1;
    return false;
  });
  return whole || index == 0 ? std::optional(text.substr(start, end - start)) : std::nullopt;
}

std::optional<std::string_view> piece(std::string_view text, std::string_view separator, int64_t index) {
  if (index < 0 || separator.empty()) return std::nullopt;
  if (separator.size() == 1) return piece(text, separator[0], index);
  size_t start = 0;
  for (; index > 0; index--) {
    size_t end = text.find(separator, start);
    if (end == std::string_view::npos) return std::nullopt;
    start = end + separator.size();
  }
  size_t end = text.find(separator, start);
  return text.substr(start, end == std::string_view::npos ? end : end - start);
}

duckdb::string_t view_of(std::string_view text) { return duckdb::string_t(text.data(), uint32_t(text.size())); }

// What it gives are parts of the text itself: they are not copied, the result keeps the bytes alive.
void split_index(DataChunk& input, duckdb::ExpressionState&, Vector& result) {
  using duckdb::string_t;
  duckdb::TernaryExecutor::ExecuteWithNulls<string_t, string_t, int64_t, string_t>(
      input.data[0], input.data[1], input.data[2], result, input.size(),
      [&](string_t text, string_t separator, int64_t index, duckdb::ValidityMask& valid, duckdb::idx_t row) {
        auto found = piece({text.GetData(), text.GetSize()}, {separator.GetData(), separator.GetSize()}, index);
        if (found) return view_of(*found);
        valid.SetInvalid(row);
        return string_t();
      });
  duckdb::StringVector::AddHeapReference(result, input.data[0]);
}

int64_t occurrences(std::string_view text, std::string_view part) {
  int64_t count = 0;
  if (part.size() == 1) {
    find_each(text, part[0], [&](size_t) { return count++, false; });
    return count;
  }
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
        if (found) return view_of(*found);
        valid.SetInvalid(row);
        return string_t();
      });
  duckdb::StringVector::AddHeapReference(result, input.data[0]);
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

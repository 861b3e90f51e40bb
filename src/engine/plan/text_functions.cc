#include "engine/plan/text_functions.h"

#include "common/chunk.h"

#include <optional>
#include <string_view>

#include "duckdb/common/vector_operations/ternary_executor.hpp"
#include "duckdb/function/scalar_function.hpp"

namespace deltastream::engine::plan {
namespace {

std::optional<std::string_view> piece(std::string_view text, std::string_view separator, int64_t index) {
  if (index < 0 || separator.empty()) return std::nullopt;
  size_t start = 0;
  for (; index > 0; index--) {
    size_t end = text.find(separator, start);
    if (end == std::string_view::npos) return std::nullopt;
    start = end + separator.size();
  }
  size_t end = text.find(separator, start);
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

}  // namespace

void register_text_functions(duckdb::DatabaseInstance& database) {
  register_scalar_function(database, duckdb::ScalarFunction("__split_index", {LogicalType::VARCHAR, LogicalType::VARCHAR, LogicalType::BIGINT},
                                                            LogicalType::VARCHAR, split_index));
}

}  // namespace deltastream::engine::plan

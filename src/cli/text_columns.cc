#include "cli/text_columns.h"

#include "duckdb/common/vector_operations/vector_operations.hpp"

namespace deltastream::cli {

void TextColumns::use(DataChunk& rows) {
  texts_.clear();
  for (auto& column : rows.data) {
    Vector& text = texts_.emplace_back(LogicalType::VARCHAR, rows.size());
    if (column.GetType() == LogicalType::VARCHAR) {
      text.Reference(column);
    } else {
      duckdb::VectorOperations::DefaultCast(column, text, rows.size());
    }
    text.Flatten(rows.size());
  }
}

std::optional<std::string_view> TextColumns::at(size_t column, size_t row) const {
  const Vector& text = texts_[column];
  if (!duckdb::FlatVector::Validity(text).RowIsValid(row)) return std::nullopt;
  const auto& value = duckdb::FlatVector::GetData<duckdb::string_t>(text)[row];
  return std::string_view(value.GetData(), value.GetSize());
}

}  // namespace deltastream::cli

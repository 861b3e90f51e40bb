#pragma once
// Reading single fields out of a chunk's vectors, whatever their encoding. A column lives as long as its chunk and one
// thread uses it.

#include <optional>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "delta/actions.h"

namespace deltastream::delta {

class ChunkColumn {
 public:
  ChunkColumn() = default;
  ChunkColumn(Vector& vector, size_t rows) {
    all_null_ = vector.GetVectorType() == duckdb::VectorType::CONSTANT_VECTOR && duckdb::ConstantVector::IsNull(vector);
    vector.ToUnifiedFormat(rows, format_);
    vector_ = &vector;
  }

  // No row has a value: what a column that the file lacks looks like.
  bool all_null() const { return all_null_; }
  bool is_null(size_t row) const { return all_null_ || !format_.validity.RowIsValid(format_.sel->get_index(row)); }
  // Of rows that are not null.
  template <class T>
  const T& get(size_t row) const { return duckdb::UnifiedVectorFormat::GetData<T>(format_)[format_.sel->get_index(row)]; }
  std::string_view text(size_t row) const {
    const auto& value = get<duckdb::string_t>(row);
    return {value.GetData(), value.GetSize()};
  }
  std::string_view text_or_empty(size_t row) const { return is_null(row) ? std::string_view() : text(row); }
  template <class T>
  std::optional<T> maybe(size_t row) const { return is_null(row) ? std::nullopt : std::optional<T>(get<T>(row)); }
  size_t position(size_t row) const { return format_.sel->get_index(row); }
  Vector& vector() const { return *vector_; }

 private:
  duckdb::UnifiedVectorFormat format_;
  Vector* vector_ = nullptr;
  bool all_null_ = true;
};

// A column of LIST(VARCHAR).
class TextListColumn {
 public:
  TextListColumn() = default;
  TextListColumn(Vector& vector, size_t rows);
  bool is_null(size_t row) const { return list_.is_null(row); }
  std::vector<std::string> get(size_t row) const;

 private:
  ChunkColumn list_;
  ChunkColumn items_;
};

// A column of MAP(VARCHAR, VARCHAR).
class TextMapColumn {
 public:
  TextMapColumn() = default;
  TextMapColumn(Vector& vector, size_t rows);
  bool is_null(size_t row) const { return map_.is_null(row); }
  // Values that are null are left out.
  StringMap get(size_t row) const;
  // As a JSON object, nulls included.
  void append_json(size_t row, std::string& out) const;

 private:
  ChunkColumn map_;
  ChunkColumn keys_;
  ChunkColumn values_;
};

}  // namespace deltastream::delta

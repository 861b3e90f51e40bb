#pragma once
// Values of vectors as JSON text, nested ones too. Made once per column type; one thread at a time.

#include <optional>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "format/text/scalar.h"
#include "format/text/time_text.h"

namespace deltastream::format::json {

class ValueWriter {
 public:
  ValueWriter(const LogicalType& type, TimestampForm form);

  // Looks at `rows` rows of a vector that stays until the last of them is written.
  void use(Vector& vector, size_t rows);
  void append(std::string& out, size_t row) const { append_from(out, view_, *vector_, row); }
  bool is_null(size_t row) const;

 private:
  using View = duckdb::RecursiveUnifiedVectorFormat;
  void append_from(std::string& out, const View& view, Vector& vector, size_t row) const;
  void append_scalar_value(std::string& out, const View& view, size_t index) const;
  void append_struct(std::string& out, const View& view, Vector& vector, size_t index) const;
  void append_list(std::string& out, const View& view, Vector& vector, size_t index) const;
  void append_map(std::string& out, const View& view, Vector& vector, size_t index) const;

  LogicalType type_;
  TimestampForm form_;
  std::optional<ScalarType> scalar_;
  std::vector<std::string> keys_;       // of a struct: "name": with quotes and colon
  std::vector<ValueWriter> children_;   // fields; the element; key and value
  View view_;
  Vector* vector_ = nullptr;
};

// With quotes; control characters, quotes and backslashes escaped.
void append_quoted(std::string& out, std::string_view text);

}  // namespace deltastream::format::json

#pragma once
// Sets the fields of one struct value in a flat struct vector, by name, in the order of its type or nearly so.
// Texts are referred to, not copied, where `kept` says that they outlive the chunk. One thread. Fields not set are NULL.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/chunk.h"
#include "delta/actions.h"

namespace deltastream::delta {

class StructRow {
 public:
  // Makes the value there, with every field NULL.
  StructRow(Vector& vector, size_t row);

  void text(std::string_view field, std::string_view value);        // copied
  void text_view(std::string_view field, std::string_view value);   // referred to
  void number(std::string_view field, int64_t value);
  void number(std::string_view field, std::optional<int64_t> value) {
    if (value) number(field, *value);
  }
  void flag(std::string_view field, bool value);
  void texts(std::string_view field, const std::vector<std::string>& values);
  void map(std::string_view field, const StringMap& values);
  // From the text of a JSON object; corrupt when it is none.
  Status map(std::string_view field, std::string_view json);
  void value(std::string_view field, const Value& value);
  StructRow child(std::string_view field);

 private:
  Vector& field(std::string_view name);

  Vector& vector_;
  size_t row_;
  size_t next_ = 0;  // where the search for the next field begins
};

}  // namespace deltastream::delta

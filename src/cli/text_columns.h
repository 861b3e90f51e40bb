#pragma once
// Values as text, the way DuckDB casts them to VARCHAR. One thread.

#include <optional>
#include <string_view>
#include <vector>

#include "common/chunk.h"

namespace deltastream::cli {

class TextColumns {
 public:
  // Casts all columns of `rows`; views live until the next call.
  void use(DataChunk& rows);
  // nullopt: NULL.
  std::optional<std::string_view> at(size_t column, size_t row) const;

 private:
  std::vector<Vector> texts_;
};

}  // namespace deltastream::cli

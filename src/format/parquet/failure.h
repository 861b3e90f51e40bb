#pragma once
// From exceptions to errors. What a store says is kept aside while DuckDB's exception, which can carry only text, flies
// past, so that "not found" stays "not found". Used by one thread at a time.

#include <exception>
#include <optional>
#include <string>

#include "common/result.h"

namespace deltastream::format::parquet {

struct StoreFailure {
  std::optional<Error> error;
  // Keeps the error and throws.
  [[noreturn]] void raise(Error failed);
};

// While reading `path`: the store's own error, else resource or unsupported, else the file is corrupt.
Error read_error(const std::exception& exception, StoreFailure& failure, const std::string& path);
// While writing: the sink's own error, else what is wrong with the rows or columns.
Error write_error(const std::exception& exception, StoreFailure& failure);

}  // namespace deltastream::format::parquet

#pragma once
// DuckDB's errors as ours, and ours through DuckDB: an Error thrown inside a callback arrives at the edge with its kind.

#include <functional>
#include <string>

#include "common/result.h"
#include "duckdb/common/error_data.hpp"

namespace deltastream::engine::batch {

// Throws the error as a DuckDB exception that carries its kind.
[[noreturn]] void throw_error(const Error& error);

template <class T>
T value_or_throw(Result<T> result) {
  if (!result.ok()) throw_error(result.error());
  return std::move(result).value();
}
inline void ok_or_throw(const Status& status) {
  if (!status.ok()) throw_error(status.error());
}

// The error with a stable kind. Where DuckDB tells a place, `show` gives its text for the byte of the statement.
Error from_duckdb(const duckdb::ErrorData& data, const std::function<std::string(size_t)>& show = {});

}  // namespace deltastream::engine::batch

#include "format/parquet/failure.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "duckdb/common/error_data.hpp"
#include "duckdb/common/exception.hpp"

namespace deltastream::format::parquet {

void StoreFailure::raise(Error failed) {
  error = std::move(failed);
  throw duckdb::IOException(error->message());
}

Error read_error(const std::exception& exception, StoreFailure& failure, const std::string& path) {
  if (failure.error) {
    Error error = *failure.error;
    return std::move(error.add_context(fmt::format("reading Parquet file '{}'", path)));
  }
  if (dynamic_cast<const std::bad_alloc*>(&exception)) return resource(fmt::format("no memory left to read Parquet file '{}'", path));
  duckdb::ErrorData data(exception);
  const std::string text = fmt::format("Parquet file '{}': {}", path, data.RawMessage());
  switch (data.Type()) {
    case duckdb::ExceptionType::OUT_OF_MEMORY: return resource(text);
    case duckdb::ExceptionType::NOT_IMPLEMENTED: return unsupported(text);
    default: return corrupt(text);
  }
}

Error write_error(const std::exception& exception, StoreFailure& failure) {
  if (failure.error) return *failure.error;
  if (dynamic_cast<const std::bad_alloc*>(&exception)) return resource("no memory left to write a Parquet file");
  duckdb::ErrorData data(exception);
  // The sink's failures are kept apart, so an IO exception is the writer refusing rows (a map key that is NULL).
  if (data.Type() == duckdb::ExceptionType::IO) return invalid_argument(data.RawMessage());
  return error_from_exception(exception);
}

}  // namespace deltastream::format::parquet

#include "common/exception.h"

#include "duckdb/common/error_data.hpp"
#include "duckdb/common/exception.hpp"

namespace deltastream {

Error error_from_exception(const std::exception& exception) {
  duckdb::ErrorData data(exception);
  ErrorKind kind = ErrorKind::kInternal;
  switch (data.Type()) {
    case duckdb::ExceptionType::OUT_OF_MEMORY: kind = ErrorKind::kResource; break;
    case duckdb::ExceptionType::IO: kind = ErrorKind::kUnavailable; break;
    case duckdb::ExceptionType::PERMISSION: kind = ErrorKind::kPermission; break;
    case duckdb::ExceptionType::NOT_IMPLEMENTED: kind = ErrorKind::kUnsupported; break;
    case duckdb::ExceptionType::INTERRUPT: kind = ErrorKind::kCancelled; break;
    case duckdb::ExceptionType::INVALID_INPUT: case duckdb::ExceptionType::BINDER: case duckdb::ExceptionType::CATALOG:
    case duckdb::ExceptionType::PARSER: case duckdb::ExceptionType::SYNTAX: case duckdb::ExceptionType::CONVERSION:
    case duckdb::ExceptionType::OUT_OF_RANGE: case duckdb::ExceptionType::CONSTRAINT: case duckdb::ExceptionType::MISMATCH_TYPE:
    case duckdb::ExceptionType::INVALID_TYPE: case duckdb::ExceptionType::DIVIDE_BY_ZERO: case duckdb::ExceptionType::DECIMAL:
    case duckdb::ExceptionType::EXPRESSION: case duckdb::ExceptionType::PARAMETER_NOT_RESOLVED:
    case duckdb::ExceptionType::PARAMETER_NOT_ALLOWED: case duckdb::ExceptionType::SETTINGS:
      kind = ErrorKind::kInvalidArgument;
      break;
    default: break;
  }
  return {kind, data.RawMessage()};
}

}  // namespace deltastream

#pragma once
// DuckDB throws; we return. Rooms that call DuckDB turn what flies into an Error at their edge with DS_TRY_DUCKDB.

#include <exception>
#include <new>

#include "common/result.h"

namespace deltastream {

// The Error for an exception in flight: out of memory -> resource, IO -> unavailable or permission, invalid input,
// binder, catalog, parser, conversion -> invalid argument, not implemented -> unsupported, interrupt -> cancelled,
// else internal. DuckDB's JSON-encoded messages are decoded to their text.
Error error_from_exception(const std::exception& exception);

}  // namespace deltastream

// Runs statements that may throw; returns the Error from the enclosing function when they do.
#define DS_TRY_DUCKDB(...)                                     \
  try {                                                        \
    __VA_ARGS__;                                               \
  } catch (const std::exception& ds_exception) {               \
    return ::deltastream::error_from_exception(ds_exception);  \
  }

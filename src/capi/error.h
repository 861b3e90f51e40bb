#pragma once
// Errors on their way into C. Exceptions end here.

#include <exception>
#include <string>

#include "common/exception.h"
#include "common/result.h"
#include "deltastream.h"

struct ds_error {
  ds_error_kind kind;
  std::string message;
};

namespace deltastream::capi {

ds_error* to_c(const Error& error);

// Runs a function that gives a Status; what it throws becomes an error too, so that nothing flies through C.
template <class Body>
ds_error* guarded(const Body& body) {
  try {
    Status status = body();
    return status.ok() ? nullptr : to_c(status.error());
  } catch (const std::exception& exception) {
    return to_c(error_from_exception(exception));
  }
}

// invalid argument when a pointer that must be given is NULL.
Status require(const void* pointer, const char* name);

}  // namespace deltastream::capi

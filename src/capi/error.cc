#include "capi/error.h"

namespace deltastream::capi {
namespace {

ds_error_kind kind_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound: return DS_NOT_FOUND;
    case ErrorKind::kAlreadyExists: return DS_ALREADY_EXISTS;
    case ErrorKind::kCorrupt: return DS_CORRUPT;
    case ErrorKind::kUnsupported: return DS_UNSUPPORTED;
    case ErrorKind::kConflict: return DS_CONFLICT;
    case ErrorKind::kCommitStateUnknown: return DS_COMMIT_STATE_UNKNOWN;
    case ErrorKind::kPermission: return DS_PERMISSION;
    case ErrorKind::kResource: return DS_RESOURCE;
    case ErrorKind::kCancelled: return DS_CANCELLED;
    case ErrorKind::kInvalidArgument: return DS_INVALID_ARGUMENT;
    case ErrorKind::kUnavailable: return DS_UNAVAILABLE;
    case ErrorKind::kInternal: break;
  }
  return DS_INTERNAL;
}

}  // namespace

ds_error* to_c(const Error& error) { return new ds_error{kind_of(error.kind()), error.to_string()}; }

Status require(const void* pointer, const char* name) {
  return pointer ? Status() : Status(invalid_argument(std::string("the argument '") + name + "' is NULL"));
}

}  // namespace deltastream::capi

extern "C" {

const char* ds_version(void) { return DELTASTREAM_VERSION; }
ds_error_kind ds_error_get_kind(const ds_error* error) { return error ? error->kind : DS_INTERNAL; }
const char* ds_error_message(const ds_error* error) { return error ? error->message.c_str() : ""; }
void ds_error_free(ds_error* error) { delete error; }

}

#include "common/result.h"

#include <cerrno>
#include <cstring>

namespace deltastream {

std::string_view kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNotFound: return "not found";
    case ErrorKind::kAlreadyExists: return "already exists";
    case ErrorKind::kCorrupt: return "corrupt";
    case ErrorKind::kUnsupported: return "unsupported";
    case ErrorKind::kConflict: return "conflict";
    case ErrorKind::kCommitStateUnknown: return "commit state unknown";
    case ErrorKind::kPermission: return "permission";
    case ErrorKind::kResource: return "resource";
    case ErrorKind::kCancelled: return "cancelled";
    case ErrorKind::kInvalidArgument: return "invalid argument";
    case ErrorKind::kUnavailable: return "unavailable";
    case ErrorKind::kInternal: return "internal";
  }
  return "internal";
}

std::string Error::describe() const {
  std::string text;
  for (auto it = context_.rbegin(); it != context_.rend(); ++it) text += *it + ": ";
  return text + message_;
}

std::string Error::to_string() const { return std::string(kind_name(kind_)) + ": " + describe(); }

Error error_from_errno(int errno_value, std::string_view action, std::string_view path) {
  ErrorKind kind = ErrorKind::kUnavailable;
  switch (errno_value) {
    case ENOENT: case ENOTDIR: kind = ErrorKind::kNotFound; break;
    case EEXIST: kind = ErrorKind::kAlreadyExists; break;
    case EACCES: case EPERM: case EROFS: kind = ErrorKind::kPermission; break;
    case ENOSPC: case EDQUOT: case EMFILE: case ENFILE: case ENOMEM: kind = ErrorKind::kResource; break;
    case EINVAL: case EISDIR: case ENAMETOOLONG: kind = ErrorKind::kInvalidArgument; break;
    default: break;
  }
  std::string message = std::string("cannot ") + std::string(action) + " '" + std::string(path) + "': " + std::strerror(errno_value);
  return {kind, std::move(message)};
}

}  // namespace deltastream

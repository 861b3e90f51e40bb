#include "storage/object_path.h"

#include <string_view>

namespace deltastream::storage {
namespace {

Status check_names(const std::string& path, bool last_may_be_partial) {
  if (path.find('\0') != std::string::npos) return invalid_argument("the path '" + path.substr(0, path.find('\0')) + "…' holds a zero byte");
  if (!path.empty() && path.front() == '/') return permission("the path '" + path + "' is absolute and would leave the store's root");
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = path.find('/', begin);
    bool last = end == std::string::npos;
    std::string_view name(path.data() + begin, (last ? path.size() : end) - begin);
    begin = last ? path.size() + 1 : end + 1;
    if (name == "..") return permission("the path '" + path + "' holds '..' and could leave the store's root");
    if (last && last_may_be_partial) break;
    if (name.empty() || name == ".") return invalid_argument("the path '" + path + "' names no object");
  }
  return {};
}

}  // namespace

Status check_object_path(const std::string& path) {
  DS_RETURN_IF_ERROR(check_names(path, false));
  if (is_staging_name(path.substr(path.rfind('/') + 1))) return invalid_argument("the path '" + path + "' is reserved for unfinished objects");
  return {};
}

Status check_prefix(const std::string& prefix) { return check_names(prefix, true); }

bool is_staging_name(const std::string& name) { return name.starts_with(kStagingPrefix); }

}  // namespace deltastream::storage

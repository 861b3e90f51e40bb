#include "connect/paths.h"

#include <fmt/format.h>

#include "common/uri.h"

namespace deltastream::connect {

Result<std::string> resolve_local_path(const std::string& path, const std::string& base_folder) {
  if (path.empty()) return invalid_argument("the path is empty");
  DS_ASSIGN_OR_RETURN(Location location, parse_location(path));
  if (location.scheme != "file")
    return unsupported(fmt::format("'{}': only local paths are supported, not the scheme '{}'", path, location.scheme));
  if (location.path.front() == '/' || base_folder.empty()) return location.path;
  return base_folder.back() == '/' ? base_folder + location.path : base_folder + "/" + location.path;
}

}  // namespace deltastream::connect

#include "storage/stores.h"

#include "common/uri.h"

namespace deltastream::storage {

Result<std::shared_ptr<ObjectStore>> open_store(const std::string& location, const Environment& environment) {
  DS_ASSIGN_OR_RETURN(Location parsed, parse_location(location));
  if (parsed.scheme == "file") return make_local_store(std::move(parsed.path), environment);
  // Only the scheme is named: the rest of a location may hold a credential.
  return unsupported("there is no store for locations that begin with '" + parsed.scheme +
                     "://' yet; give a path of the local disk or file:///path");
}

}  // namespace deltastream::storage

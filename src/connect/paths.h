#pragma once
// Where a path in a table's options leads. Pure function.

#include <string>

#include "common/result.h"

namespace deltastream::connect {

// A local path as the operating system takes it: "file:" is cut off, a relative one starts at `base_folder`.
// Another scheme is unsupported, by name.
Result<std::string> resolve_local_path(const std::string& path, const std::string& base_folder);

}  // namespace deltastream::connect

#pragma once
// What a path inside a store may look like. Every store asks here first, so that no key leads out of its root.
// Pure functions.

#include <string>

#include "common/result.h"

namespace deltastream::storage {

// An object's path: permission when it would leave the root ("/x", "a/../b"), invalid argument when it names no object
// ("", "a/", "a//b", ".", a zero byte, or a staging name).
Status check_object_path(const std::string& path);
// The beginning of paths: may be empty, end at "/" or in the middle of a name.
Status check_prefix(const std::string& prefix);
// True for the names under which stores keep what is not finished.
bool is_staging_name(const std::string& name);
// Begins every staging name; a leading dot hides it from other readers of the folder.
inline constexpr const char kStagingPrefix[] = ".staging-";

}  // namespace deltastream::storage

#pragma once
// Where the bytes of a result go: standard output, or a file that appears whole when it is finished.
// One thread. Errors: the store's kinds for files; unavailable when standard output is closed.

#include <memory>
#include <string>

#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::cli {

// `path` "" is standard output. A file replaces an older one only at finish(); destruction before leaves nothing.
Result<std::unique_ptr<storage::ObjectWriter>> open_output(const std::string& path);

}  // namespace deltastream::cli

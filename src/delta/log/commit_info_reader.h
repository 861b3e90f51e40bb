#pragma once
// The commitInfo of one commit, read without the files it names: usually it stands first, so the beginning of the file
// is enough. Errors: not found when the commit is not there, corrupt for lines that are no actions.

#include <optional>
#include <string>

#include "common/result.h"
#include "delta/actions.h"
#include "storage/object_store.h"

namespace deltastream::delta {

// nullopt when the commit has none.
Result<std::optional<CommitInfo>> read_commit_info(storage::ObjectStore& store, const storage::ObjectMeta& commit);
Result<std::optional<CommitInfo>> read_commit_info(storage::ObjectStore& store, const std::string& path);

}  // namespace deltastream::delta

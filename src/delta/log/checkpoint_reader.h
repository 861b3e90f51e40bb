#pragma once
// Reads one Parquet file of a checkpoint: a classic one, a part, a v2 top file or a sidecar. Columns are found by name;
// what is not there is null. Statistics and partition values come from their typed columns where the texts are absent.
// One thread. Errors: the store's and the Parquet reader's kinds, with the path; what the handler returns.

#include <memory>
#include <string>

#include "delta/log/action_parser.h"
#include "storage/object_store.h"

namespace deltastream::delta {

// Hands every action to the handler; file actions only if it wants them.
Status read_checkpoint_file(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path, ActionHandler& handler);

}  // namespace deltastream::delta

#pragma once
// Reads a file of JSON lines piece by piece, so that a commit of a million files takes no more memory than a small one.
// Errors: the store's kinds and the parser's, with the path.

#include "delta/log/action_parser.h"
#include "storage/object_store.h"

namespace deltastream::delta {

// `file` as a listing gave it: its size must be right.
Status read_log_file(storage::ObjectStore& store, const storage::ObjectMeta& file, ActionParser& parser, ActionHandler& handler);

}  // namespace deltastream::delta

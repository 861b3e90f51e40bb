#pragma once
// Reads one Parquet file of a checkpoint: a classic one, a part, a v2 top file or a sidecar. Columns are found by name;
// what is not there is null. Statistics and partition values come from their typed columns where the texts are absent.
// One thread. Errors: the store's and the Parquet reader's kinds, with the path; what the handler returns.

#include <memory>
#include <string>

#include "common/chunk.h"
#include "delta/log/action_parser.h"
#include "storage/object_store.h"

namespace deltastream::delta {

// Hands every action to the handler; file actions only if it wants them.
Status read_checkpoint_file(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path, ActionHandler& handler);
// The same, but adds come without their statistics: FileView::stats_at names `source` and the row instead. Gives the file's fingerprint.
Result<uint64_t> read_checkpoint_file(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path, ActionHandler& handler,
                                      uint32_t source);
// The type of a field of add in the file, or invalid when it has none.
LogicalType add_field_type(const std::vector<Field>& file_schema, std::string_view field);

}  // namespace deltastream::delta

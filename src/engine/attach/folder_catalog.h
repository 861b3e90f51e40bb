#pragma once
// ATTACH 'folder' AS lake (TYPE deltastream): the tables of a folder by their names, and those of its sub-folders as
// schemas. Read-only. Within one transaction a table keeps the version in which it was first seen.

#include <memory>
#include <optional>
#include <string>

#include "engine/delta_scan/table.h"

namespace duckdb {
class ClientContext;
struct DBConfig;
}  // namespace duckdb

namespace deltastream::engine {

void register_folder_catalog(duckdb::DBConfig& config, std::shared_ptr<const TableAccess> access);

// Where a table of an attached folder lies: for "lake.t" or "lake.schema.t"; nullopt when the name means none.
std::optional<std::string> attached_location(duckdb::ClientContext& context, const std::string& name);

}  // namespace deltastream::engine

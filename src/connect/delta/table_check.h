#pragma once
// Whether the rows of a sink fit an existing table. Pure functions. Errors: invalid argument, naming every column that differs.

#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/snapshot.h"

namespace deltastream::connect::delta_table {

Status check_columns(const std::string& table, const std::vector<Field>& fields, const delta::Snapshot& snapshot);
Status check_partitions(const std::string& table, const std::vector<std::string>& partitions, const delta::Snapshot& snapshot);

}  // namespace deltastream::connect::delta_table

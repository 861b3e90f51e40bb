#pragma once
// What a ds_table holds.

#include <string>
#include <vector>

#include "capi/file_index.h"
#include "delta/snapshot.h"
#include "deltastream.h"

struct ds_table {
  std::string location;
  deltastream::delta::Snapshot snapshot;
  // As given; the version is -1 for a table opened by its path alone.
  int64_t catalog_version = -1;
  std::vector<std::string> catalog_commits = {};
  mutable deltastream::capi::FileIndex files = {};   // of the snapshot
};

namespace deltastream::capi {

// A text as a SQL literal, a name as a SQL identifier.
std::string sql_literal(const std::string& text);
std::string sql_identifier(const std::string& name);

}  // namespace deltastream::capi

#pragma once
// Tables that a catalog manages (table feature catalogManaged): which commits are the table's is the catalog's word, and the
// newest may stand in the log folder under another name, or nowhere but with the catalog. Whoever asked the catalog hands its
// answer in, and gets the table's store with the log as the catalog has it: ratified commits in the place of published ones
// of the same version, nothing newer than its latest version. Everything that reads a log reads that one: snapshots, time
// travel, history, changes. It cannot be written to. Thread-safe.
// Source: PROTOCOL.md, "Catalog-managed tables".

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/result.h"
#include "storage/object_store.h"

namespace deltastream::delta {

// One ratified commit: a staged file, or its lines.
struct CatalogCommit {
  int64_t version = 0;
  std::string staged_name;   // of a file in _delta_log/_staged_commits; "" for an inline commit
  std::string lines;         // of an inline commit
  uint64_t size = 0;         // of the staged file; with modified_ms 0 both are asked of the store
  int64_t modified_ms = 0;
};

struct CatalogCommits {
  int64_t latest_version = 0;
  // Those that may not be published yet, in any order; published ones may be among them.
  std::vector<CatalogCommit> commits;
};

// "00000000000000000007.<uuid>.json", the name of a staged file, or "7:{…}", a version and its lines. Else invalid argument.
Result<CatalogCommit> parse_catalog_commit(const std::string& text);

// Errors: invalid argument for versions given twice or with a gap, not found for a staged file that is not there. Reading the
// log gives corrupt when what is published and what was handed in do not reach the latest version.
Result<std::shared_ptr<storage::ObjectStore>> with_catalog_commits(std::shared_ptr<storage::ObjectStore> store, CatalogCommits commits);

// Whether the store came from with_catalog_commits().
bool has_catalog_commits(const storage::ObjectStore& store);

}  // namespace deltastream::delta

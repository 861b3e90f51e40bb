#pragma once
// One version of a table as the scan sees it, and who may open it. A DeltaTable is immutable while it is held, and shared by
// the plans and threads of its statements.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/environment.h"
#include "common/result.h"
#include "delta/catalog_commits.h"
#include "delta/scan.h"
#include "delta/snapshot.h"
#include "engine/delta_scan/footer_cache.h"
#include "engine/delta_scan/object_file_system.h"
#include "engine/delta_scan/session_tables.h"

namespace deltastream::engine {

// A version, or the version at a time (microseconds since 1970 UTC); neither: the newest.
struct TimeTravel {
  std::optional<int64_t> version;
  std::optional<int64_t> timestamp_us;
};

struct DeltaTable {
  std::shared_ptr<storage::ObjectStore> store;
  uint64_t store_number = 0;
  std::string location;          // as given
  delta::Snapshot snapshot;
  std::vector<Field> columns;    // display names; void columns are INTEGER, always null
  // By column: its place among the partition columns.
  std::vector<std::optional<size_t>> partition_index;
};

// Fills `columns` and `partition_index` from the snapshot.
Status describe_columns(DeltaTable& table);

// Opens tables for one session, which keeps those with files (session_tables.h).
class TableAccess {
 public:
  TableAccess(const Environment& environment, std::vector<std::string> granted_roots);

  Result<std::shared_ptr<DeltaTable>> open(const std::string& location, const TimeTravel& travel,
                                           delta::LoadFiles files = delta::LoadFiles::kAll) const;
  // A version of a table that a catalog manages, with what the catalog says of it. Such tables are not kept.
  Result<std::shared_ptr<DeltaTable>> open_by_catalog(const std::string& location, const TimeTravel& travel, delta::CatalogCommits commits,
                                                      delta::LoadFiles files = delta::LoadFiles::kAll) const;
  // The store of a table, without a look into it.
  Result<std::shared_ptr<storage::ObjectStore>> open_store(const std::string& location) const;
  // What to open for a file of the table; permission when it lies outside of what is granted.
  Result<duckdb::OpenFileInfo> file_of(const DeltaTable& table, const delta::ScanFile& file) const;
  // Permission unless the location lies under a granted root; everything is granted when there are none.
  Status check_granted(const std::string& location) const;

  const std::shared_ptr<StoreRegistry>& stores() const { return stores_; }
  FooterCache& footers() const { return *footers_; }
  const Environment& environment() const { return environment_; }

 private:
  Environment environment_;
  std::vector<std::string> granted_roots_;  // canonical
  // The version that stood at the time, where one is given.
  Result<std::optional<int64_t>> version_of(const std::shared_ptr<storage::ObjectStore>& store, const TimeTravel& travel) const;
  Result<std::shared_ptr<DeltaTable>> read(const std::string& location, std::shared_ptr<storage::ObjectStore> store,
                                           const std::optional<int64_t>& version, delta::LoadFiles files) const;

  std::shared_ptr<StoreRegistry> stores_ = std::make_shared<StoreRegistry>();
  std::unique_ptr<FooterCache> footers_ = std::make_unique<FooterCache>();
  std::unique_ptr<SessionTables> tables_ = std::make_unique<SessionTables>();
};

}  // namespace deltastream::engine

#pragma once
// ObjectStores as a file system of DuckDB: every file that a scan of ours reads goes through its table's store.
// Read-only. A file is opened by name and the store's number in the open options, so that no SQL text can reach into a
// store by itself. Thread-safe. What the caches of DuckDB hold is valid only for the same size and time.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "duckdb/common/file_system.hpp"
#include "duckdb/common/open_file_info.hpp"
#include "storage/object_store.h"

namespace deltastream::engine {

// Names inside DuckDB: the scheme, the store's location, "/", the path. Cut off in messages. It ends as a folder does: DuckDB grants folders.
inline constexpr char kObjectScheme[] = "deltastream-object:/";

// The stores that scans have opened, by number. Thread-safe; keeps them for the session.
class StoreRegistry {
 public:
  // The same number for the same location; a newer store of a location replaces the older.
  uint64_t add(std::shared_ptr<storage::ObjectStore> store);
  std::shared_ptr<storage::ObjectStore> find(uint64_t number) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, uint64_t> numbers_;
  std::vector<std::shared_ptr<storage::ObjectStore>> stores_;
};

// What a store tells beforehand of an object; where it does not, opening asks the store.
struct KnownObject {
  uint64_t size = 0;
  int64_t modified_ms = 0;
};

// The size that a table's log tells of a data file; nothing when it tells none.
std::optional<uint64_t> size_in_log(const duckdb::OpenFileInfo& file);
void set_size_in_log(duckdb::OpenFileInfo& file, uint64_t size);

duckdb::OpenFileInfo object_file(uint64_t store_number, const storage::ObjectStore& store, const std::string& path, const KnownObject* known = nullptr);

// Tells the object that a handle of this file system reads from another of its path, by size and time.
std::string object_stamp(duckdb::FileHandle& handle);

duckdb::unique_ptr<duckdb::FileSystem> make_object_file_system(std::shared_ptr<StoreRegistry> stores);

}  // namespace deltastream::engine

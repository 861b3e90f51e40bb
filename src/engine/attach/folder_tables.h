#pragma once
// Which tables a folder holds. Reads the store at each call; thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/delta_scan/table.h"

namespace deltastream::engine {

inline constexpr char kMainSchema[] = "main";

struct FolderTable {
  std::string schema;    // kMainSchema for tables directly in the folder
  std::string name;
  std::string location;
};

class FolderTables {
 public:
  FolderTables(std::shared_ptr<const TableAccess> access, std::string folder) : access_(std::move(access)), folder_(std::move(folder)) {}

  const TableAccess& access() const { return *access_; }
  const std::string& folder() const { return folder_; }
  // By name, and failing that without regard to case.
  Result<std::optional<FolderTable>> find(const std::string& schema, const std::string& name) const;
  Result<std::vector<FolderTable>> list() const;

 private:
  std::string location_of(const std::string& schema, const std::string& name) const;

  std::shared_ptr<const TableAccess> access_;
  std::string folder_;   // without a slash at its end
};

}  // namespace deltastream::engine

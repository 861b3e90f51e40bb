#include "engine/attach/folder_tables.h"

#include <algorithm>
#include <set>

#include "delta/snapshot.h"
#include "duckdb/common/string_util.hpp"

namespace deltastream::engine {
namespace {

constexpr char kLog[] = "_delta_log";

// Names that can be a folder of their own, no more.
bool is_folder_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
}

std::vector<std::string> folders_in(Files& files, const std::string& path) {
  std::vector<std::string> names;
  auto entries = files.list(path);
  if (!entries.ok()) return names;  // a folder that may not be read holds no tables for us
  for (const DirectoryEntry& entry : *entries) {
    if (entry.stat.is_directory) names.push_back(entry.name);
  }
  return names;
}

}  // namespace

std::string FolderTables::location_of(const std::string& schema, const std::string& name) const {
  return folder_ + "/" + (schema == kMainSchema ? "" : schema + "/") + name;
}

Result<std::optional<FolderTable>> FolderTables::find(const std::string& schema, const std::string& name) const {
  if (!is_folder_name(name) || !is_folder_name(schema)) return std::optional<FolderTable>();
  FolderTable table{schema, name, location_of(schema, name)};
  DS_ASSIGN_OR_RETURN(auto store, access_->open_store(table.location));
  DS_ASSIGN_OR_RETURN(bool there, delta::Snapshot::table_exists(*store));
  if (there) return std::optional(std::move(table));
  DS_ASSIGN_OR_RETURN(auto tables, list());
  for (auto& candidate : tables) {
    if (duckdb::StringUtil::CIEquals(candidate.name, name) && duckdb::StringUtil::CIEquals(candidate.schema, schema)) {
      return std::optional(std::move(candidate));
    }
  }
  return std::optional<FolderTable>();
}

Result<std::vector<FolderTable>> FolderTables::list() const {
  std::vector<FolderTable> tables;
  auto add = [&](const std::string& schema, const std::string& name) { tables.push_back({schema, name, location_of(schema, name)}); };
  DS_ASSIGN_OR_RETURN(auto store, access_->open_store(folder_));
  if (auto root = store->local_folder()) {
    Files& files = *access_->environment().files;
    for (const std::string& name : folders_in(files, *root)) {
      auto inside = folders_in(files, *root + "/" + name);
      if (std::find(inside.begin(), inside.end(), kLog) != inside.end()) {
        add(kMainSchema, name);
        continue;
      }
      for (const std::string& deeper : inside) {
        auto parts = folders_in(files, *root + "/" + name + "/" + deeper);
        if (std::find(parts.begin(), parts.end(), kLog) != parts.end()) add(name, deeper);
      }
    }
  } else {
    DS_ASSIGN_OR_RETURN(auto objects, store->list(""));
    std::set<std::string> paths;
    for (const auto& object : objects) {
      size_t log = object.path.find("/_delta_log/");
      if (log != std::string::npos) paths.insert(object.path.substr(0, log));
    }
    for (const std::string& path : paths) {
      size_t slash = path.find('/');
      if (slash == std::string::npos) {
        add(kMainSchema, path);
      } else if (path.find('/', slash + 1) == std::string::npos) {
        add(path.substr(0, slash), path.substr(slash + 1));
      }
    }
  }
  std::sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) { return std::tie(a.schema, a.name) < std::tie(b.schema, b.name); });
  return tables;
}

}  // namespace deltastream::engine

#include "engine/delta_scan/table.h"

#include <filesystem>

#include "common/exception.h"
#include "common/uri.h"
#include "delta/history.h"
#include "duckdb/common/string_util.hpp"
#include "storage/stores.h"

namespace deltastream::engine {
namespace {

// Columns of type void have no vector form that files or Arrow could hold: they are shown as integers, always null.
LogicalType shown_type(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::SQLNULL: return LogicalType::INTEGER;
    case LogicalTypeId::LIST: return LogicalType::LIST(shown_type(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::MAP: return LogicalType::MAP(shown_type(duckdb::MapType::KeyType(type)), shown_type(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: {
      duckdb::child_list_t<LogicalType> children;
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) children.emplace_back(name, shown_type(child));
      return LogicalType::STRUCT(std::move(children));
    }
    default: return type;
  }
}

// The path without links, as far as it exists; other schemes stay as they are.
Result<std::string> canonical(const std::string& location) {
  DS_ASSIGN_OR_RETURN(Location parsed, parse_location(location));
  if (parsed.scheme != "file") return parsed.scheme + "://" + parsed.path;
  std::error_code error;
  auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(parsed.path), error).string();
  if (error) return permission("'" + location + "' cannot be resolved: " + error.message());
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

TableAccess::TableAccess(const Environment& environment, std::vector<std::string> granted_roots) : environment_(environment) {
  for (const std::string& root : granted_roots) {
    auto path = canonical(root);
    granted_roots_.push_back(path.ok() ? std::move(path).value() : root);
  }
}

Status TableAccess::check_granted(const std::string& location) const {
  if (granted_roots_.empty()) return {};
  DS_ASSIGN_OR_RETURN(std::string path, canonical(location));
  for (const std::string& root : granted_roots_) {
    if (path == root || root == "/" || (path.starts_with(root) && path[root.size()] == '/')) return {};
  }
  return permission("'" + location + "' lies outside of the folders that were granted");
}

Result<std::shared_ptr<storage::ObjectStore>> TableAccess::open_store(const std::string& location) const {
  DS_RETURN_IF_ERROR(check_granted(location));
  return storage::open_store(location, environment_);
}

Status describe_columns(DeltaTable& table) {
  auto fields = table.snapshot.schema().to_fields();
  if (!fields.ok()) return std::move(fields).context(table.snapshot.where()).error();
  table.columns = std::move(fields).value();
  table.partition_index.clear();
  const auto& partitions = table.snapshot.partition_columns();
  for (Field& column : table.columns) {
    column.type = shown_type(column.type);
    std::optional<size_t> place;
    for (size_t i = 0; i < partitions.size(); i++) {
      if (duckdb::StringUtil::CIEquals(partitions[i], column.name)) place = i;
    }
    table.partition_index.push_back(place);
  }
  return {};
}

Result<std::shared_ptr<DeltaTable>> TableAccess::open(const std::string& location, const TimeTravel& travel, delta::LoadFiles files) const {
  DS_RETURN_IF_ERROR(check_granted(location));
  std::optional<int64_t> version = travel.version;
  if (travel.timestamp_us) {
    DS_ASSIGN_OR_RETURN(auto store, open_store(location));
    DS_ASSIGN_OR_RETURN(version, version_of(store, travel));
  }
  auto read_table = [&]() -> Result<std::shared_ptr<DeltaTable>> {
    DS_ASSIGN_OR_RETURN(auto store, open_store(location));
    return read(location, std::move(store), version, files);
  };
  if (files == delta::LoadFiles::kNone) return read_table();
  // A table is kept by the spelling, which messages and file names show, and by what it leads to, which may change.
  DS_ASSIGN_OR_RETURN(std::string path, canonical(location));
  return tables_->get({location + "\n" + path, version}, read_table);
}

Result<std::shared_ptr<DeltaTable>> TableAccess::open_by_catalog(const std::string& location, const TimeTravel& travel, delta::CatalogCommits commits,
                                                                 delta::LoadFiles files) const {
  DS_ASSIGN_OR_RETURN(auto published, open_store(location));
  DS_ASSIGN_OR_RETURN(auto store, delta::with_catalog_commits(std::move(published), std::move(commits)));
  DS_ASSIGN_OR_RETURN(auto version, version_of(store, travel));
  return read(location, std::move(store), version, files);
}

Result<std::optional<int64_t>> TableAccess::version_of(const std::shared_ptr<storage::ObjectStore>& store, const TimeTravel& travel) const {
  if (!travel.timestamp_us) return travel.version;
  // Commits carry milliseconds: one of the same millisecond is not later.
  int64_t ms = *travel.timestamp_us / 1000 - (*travel.timestamp_us % 1000 < 0 ? 1 : 0);
  DS_ASSIGN_OR_RETURN(int64_t version, delta::version_at(store, ms, environment_));
  return std::optional(version);
}

Result<std::shared_ptr<DeltaTable>> TableAccess::read(const std::string& location, std::shared_ptr<storage::ObjectStore> store,
                                                      const std::optional<int64_t>& version, delta::LoadFiles files) const {
  DS_ASSIGN_OR_RETURN(delta::Snapshot snapshot, delta::Snapshot::open(store, {version, files}, environment_));
  uint64_t number = stores_->add(store);
  auto table = std::make_shared<DeltaTable>(DeltaTable{std::move(store), number, location, std::move(snapshot), {}, {}});
  DS_RETURN_IF_ERROR(describe_columns(*table));
  return table;
}

Result<duckdb::OpenFileInfo> TableAccess::file_of(const DeltaTable& table, const delta::ScanFile& file) const {
  KnownObject known{static_cast<uint64_t>(file.size), file.modification_time};
  if (!file.absolute) return object_file(table.store_number, *table.store, file.path, table.store->local_folder() ? nullptr : &known);
  // A file outside of the table, as shallow clones have them: the store of its folder.
  size_t slash = file.path.rfind('/');
  std::string folder = slash == 0 ? "/" : file.path.substr(0, slash);
  DS_ASSIGN_OR_RETURN(auto store, open_store(folder));
  uint64_t number = stores_->add(store);
  return object_file(number, *store, file.path.substr(slash + 1), store->local_folder() ? nullptr : &known);
}

}  // namespace deltastream::engine

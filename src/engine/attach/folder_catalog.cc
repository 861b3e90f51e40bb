#include "engine/attach/folder_catalog.h"

#include <fmt/format.h>

#include "delta/snapshot.h"
#include "duckdb/catalog/catalog.hpp"
#include "duckdb/catalog/catalog_entry/schema_catalog_entry.hpp"
#include "duckdb/catalog/entry_lookup_info.hpp"
#include "duckdb/parser/parsed_data/attach_info.hpp"
#include "duckdb/parser/parsed_data/create_schema_info.hpp"
#include "duckdb/parser/parsed_data/create_table_info.hpp"
#include "duckdb/parser/qualified_name.hpp"
#include "duckdb/planner/tableref/bound_at_clause.hpp"
#include "duckdb/storage/database_size.hpp"
#include "duckdb/storage/storage_extension.hpp"
#include "duckdb/storage/table_storage_info.hpp"
#include "engine/attach/folder_tables.h"
#include "engine/attach/folder_transaction.h"
#include "engine/batch/errors.h"
#include "engine/delta_scan/object_file_system.h"
#include "engine/delta_scan/scan_function.h"

namespace deltastream::engine {
namespace {

using duckdb::CatalogEntry;
using duckdb::CatalogTransaction;
using duckdb::CatalogType;
using duckdb::ClientContext;
using duckdb::optional_ptr;

[[noreturn]] void refuse(const char* what) {
  batch::throw_error(unsupported(std::string(what) + " in an attached folder is not offered: it is read-only"));
}

class TableEntry final : public duckdb::TableCatalogEntry {
 public:
  TableEntry(duckdb::Catalog& catalog_of, duckdb::SchemaCatalogEntry& schema_of, duckdb::CreateTableInfo& info, std::shared_ptr<const DeltaTable> table)
      : TableCatalogEntry(catalog_of, schema_of, info), table_(std::move(table)) {}

  const DeltaTable& table() const { return *table_; }
  duckdb::unique_ptr<duckdb::BaseStatistics> GetStatistics(ClientContext&, duckdb::column_t) override { return nullptr; }
  duckdb::TableFunction GetScanFunction(ClientContext& context, duckdb::unique_ptr<duckdb::FunctionData>& data) override {
    BoundScan scan = bind_scan(context, table_, *this);
    data = std::move(scan.data);
    return *scan.function;
  }
  duckdb::TableStorageInfo GetStorageInfo(ClientContext&) override { return {}; }
  duckdb::vector<duckdb::column_t> GetRowIdColumns() const override { return {}; }
  duckdb::virtual_column_map_t GetVirtualColumns() const override { return scan_virtual_columns(); }

 private:
  std::shared_ptr<const DeltaTable> table_;
};

TimeTravel travel_of(optional_ptr<duckdb::BoundAtClause> at) {
  TimeTravel travel;
  if (!at) return travel;
  const Value& value = at->GetValue();
  if (value.IsNull()) batch::throw_error(invalid_argument("a table cannot be read AT a null " + at->Unit()));
  if (duckdb::StringUtil::CIEquals(at->Unit(), "version")) {
    travel.version = value.DefaultCastAs(LogicalType::BIGINT).GetValue<int64_t>();
  } else if (duckdb::StringUtil::CIEquals(at->Unit(), "timestamp")) {
    travel.timestamp_us = value.DefaultCastAs(LogicalType::TIMESTAMP_TZ).GetValue<duckdb::timestamp_tz_t>().value;
  } else {
    batch::throw_error(invalid_argument("a table is read AT a VERSION or a TIMESTAMP, not AT a " + at->Unit()));
  }
  return travel;
}

class SchemaEntry final : public duckdb::SchemaCatalogEntry {
 public:
  SchemaEntry(duckdb::Catalog& catalog_of, duckdb::CreateSchemaInfo& info, const FolderTables& tables)
      : SchemaCatalogEntry(catalog_of, info), tables_(tables) {}

  optional_ptr<CatalogEntry> LookupEntry(CatalogTransaction transaction, const duckdb::EntryLookupInfo& lookup) override {
    if (lookup.GetCatalogType() != CatalogType::TABLE_ENTRY || !transaction.transaction) return nullptr;
    auto found = batch::value_or_throw(tables_.find(name, lookup.GetEntryName()));
    return found ? &entry(transaction, *found, travel_of(lookup.GetAtClause())) : nullptr;
  }
  void Scan(ClientContext& context, CatalogType wanted, const std::function<void(CatalogEntry&)>& callback) override {
    if (wanted != CatalogType::TABLE_ENTRY) return;
    auto transaction = GetCatalogTransaction(context);
    for (const FolderTable& table : batch::value_or_throw(tables_.list())) {
      if (table.schema != name) continue;
      auto opened = tables_.access().open(table.location, {});
      // A broken table must not hide its neighbours from SHOW TABLES.
      if (opened.ok()) callback(keep(transaction, table, {}, std::move(opened).value()));
    }
  }
  void Scan(CatalogType, const std::function<void(CatalogEntry&)>&) override {}

  optional_ptr<CatalogEntry> CreateIndex(CatalogTransaction, duckdb::CreateIndexInfo&, duckdb::TableCatalogEntry&) override { refuse("CREATE INDEX"); }
  optional_ptr<CatalogEntry> CreateFunction(CatalogTransaction, duckdb::CreateFunctionInfo&) override { refuse("CREATE FUNCTION"); }
  optional_ptr<CatalogEntry> CreateTable(CatalogTransaction, duckdb::BoundCreateTableInfo&) override { refuse("CREATE TABLE"); }
  optional_ptr<CatalogEntry> CreateView(CatalogTransaction, duckdb::CreateViewInfo&) override { refuse("CREATE VIEW"); }
  optional_ptr<CatalogEntry> CreateSequence(CatalogTransaction, duckdb::CreateSequenceInfo&) override { refuse("CREATE SEQUENCE"); }
  optional_ptr<CatalogEntry> CreateTableFunction(CatalogTransaction, duckdb::CreateTableFunctionInfo&) override { refuse("CREATE FUNCTION"); }
  optional_ptr<CatalogEntry> CreateCopyFunction(CatalogTransaction, duckdb::CreateCopyFunctionInfo&) override { refuse("CREATE FUNCTION"); }
  optional_ptr<CatalogEntry> CreatePragmaFunction(CatalogTransaction, duckdb::CreatePragmaFunctionInfo&) override { refuse("CREATE FUNCTION"); }
  optional_ptr<CatalogEntry> CreateCollation(CatalogTransaction, duckdb::CreateCollationInfo&) override { refuse("CREATE COLLATION"); }
  optional_ptr<CatalogEntry> CreateType(CatalogTransaction, duckdb::CreateTypeInfo&) override { refuse("CREATE TYPE"); }
  void DropEntry(ClientContext&, duckdb::DropInfo&) override { refuse("DROP"); }
  void Alter(CatalogTransaction, duckdb::AlterInfo&) override { refuse("ALTER"); }

 private:
  static std::string key_of(const FolderTable& table, const TimeTravel& travel) {
    std::string when = travel.version ? fmt::format("v{}", *travel.version) : travel.timestamp_us ? fmt::format("t{}", *travel.timestamp_us) : "";
    return table.location + "\n" + when;
  }
  // The entry in the version that this transaction sees.
  CatalogEntry& entry(CatalogTransaction& transaction, const FolderTable& table, const TimeTravel& travel) {
    auto& own = transaction.transaction->Cast<FolderTransaction>();
    {
      std::lock_guard lock(own.mutex);
      auto known = own.tables.find(key_of(table, travel));
      if (known != own.tables.end()) return *known->second;
    }
    return keep(transaction, table, travel, batch::value_or_throw(tables_.access().open(table.location, travel)));
  }
  CatalogEntry& keep(CatalogTransaction& transaction, const FolderTable& table, const TimeTravel& travel, std::shared_ptr<const DeltaTable> opened) {
    duckdb::CreateTableInfo info(*this, table.name);
    for (const Field& column : opened->columns) info.columns.AddColumn(duckdb::ColumnDefinition(column.name, column.type));
    auto& own = transaction.transaction->Cast<FolderTransaction>();
    std::lock_guard lock(own.mutex);
    auto [place, fresh] = own.tables.try_emplace(key_of(table, travel));
    if (fresh) place->second = duckdb::make_uniq<TableEntry>(catalog, *this, info, std::move(opened));
    return *place->second;
  }

  const FolderTables& tables_;
};

class FolderCatalog final : public duckdb::Catalog {
 public:
  FolderCatalog(duckdb::AttachedDatabase& database, std::shared_ptr<const TableAccess> access, std::string folder)
      : Catalog(database), tables_(std::move(access), std::move(folder)) {}

  void Initialize(bool) override {}
  std::string GetCatalogType() override { return "deltastream"; }
  bool InMemory() override { return false; }
  std::string GetDBPath() override { return tables_.folder(); }
  bool SupportsTimeTravel() const override { return true; }
  duckdb::DatabaseSize GetDatabaseSize(ClientContext&) override { return {}; }

  optional_ptr<duckdb::SchemaCatalogEntry> LookupSchema(CatalogTransaction, const duckdb::EntryLookupInfo& lookup,
                                                        duckdb::OnEntryNotFound if_not_found) override {
    const std::string& name = lookup.GetEntryName();
    if (name == kMainSchema || name.empty()) return &schema(kMainSchema);
    for (const FolderTable& table : batch::value_or_throw(tables_.list())) {
      if (duckdb::StringUtil::CIEquals(table.schema, name)) return &schema(table.schema);
    }
    if (if_not_found == duckdb::OnEntryNotFound::RETURN_NULL) return nullptr;
    batch::throw_error(not_found("there is no folder '" + name + "' with tables in '" + tables_.folder() + "'"));
  }
  void ScanSchemas(ClientContext&, std::function<void(duckdb::SchemaCatalogEntry&)> callback) override {
    callback(schema(kMainSchema));
    std::string last = kMainSchema;
    for (const FolderTable& table : batch::value_or_throw(tables_.list())) {
      if (table.schema != last && table.schema != kMainSchema) callback(schema(table.schema));
      last = table.schema;
    }
  }
  optional_ptr<CatalogEntry> CreateSchema(CatalogTransaction, duckdb::CreateSchemaInfo&) override { refuse("CREATE SCHEMA"); }
  void DropSchema(ClientContext&, duckdb::DropInfo&) override { refuse("DROP SCHEMA"); }
  duckdb::PhysicalOperator& PlanCreateTableAs(ClientContext&, duckdb::PhysicalPlanGenerator&, duckdb::LogicalCreateTable&,
                                              duckdb::PhysicalOperator&) override {
    refuse("CREATE TABLE");
  }
  duckdb::PhysicalOperator& PlanInsert(ClientContext&, duckdb::PhysicalPlanGenerator&, duckdb::LogicalInsert&,
                                       optional_ptr<duckdb::PhysicalOperator>) override {
    refuse("INSERT");
  }
  duckdb::PhysicalOperator& PlanDelete(ClientContext&, duckdb::PhysicalPlanGenerator&, duckdb::LogicalDelete&, duckdb::PhysicalOperator&) override {
    refuse("DELETE");
  }
  duckdb::PhysicalOperator& PlanUpdate(ClientContext&, duckdb::PhysicalPlanGenerator&, duckdb::LogicalUpdate&, duckdb::PhysicalOperator&) override {
    refuse("UPDATE");
  }

 private:
  SchemaEntry& schema(const std::string& name) {
    std::lock_guard lock(mutex_);
    auto [place, fresh] = schemas_.try_emplace(name);
    if (fresh) {
      duckdb::CreateSchemaInfo info;
      info.schema = name;
      place->second = duckdb::make_uniq<SchemaEntry>(*this, info, tables_);
    }
    return *place->second;
  }

  FolderTables tables_;
  std::mutex mutex_;
  std::map<std::string, duckdb::unique_ptr<SchemaEntry>> schemas_;
};

struct FolderExtensionInfo final : duckdb::StorageExtensionInfo {
  std::shared_ptr<const TableAccess> access;
};

duckdb::unique_ptr<duckdb::Catalog> attach(optional_ptr<duckdb::StorageExtensionInfo> info, ClientContext&, duckdb::AttachedDatabase& database,
                                           const std::string&, duckdb::AttachInfo& what, duckdb::AttachOptions& options) {
  if (!options.options.empty()) {
    batch::throw_error(invalid_argument("ATTACH (TYPE deltastream) has no option '" + options.options.begin()->first + "'"));
  }
  const auto& access = static_cast<FolderExtensionInfo&>(*info).access;
  std::string folder = what.path;
  if (folder.starts_with(kObjectScheme)) folder.erase(0, std::string_view(kObjectScheme).size());
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  if (folder.empty()) batch::throw_error(invalid_argument("ATTACH needs the folder of the tables"));
  auto store = batch::value_or_throw(access->open_store(folder));
  if (auto root = store->local_folder()) {
    auto there = access->environment().files->stat(*root);
    if (!there.ok()) batch::throw_error(there.error());
    if (!there->is_directory) batch::throw_error(invalid_argument("'" + folder + "' is a file, not a folder of tables"));
  }
  if (batch::value_or_throw(delta::Snapshot::table_exists(*store))) {
    batch::throw_error(invalid_argument("'" + folder + "' is a Delta table, not a folder of tables: FROM '" + folder + "' reads it, ATTACH takes the folder above"));
  }
  return duckdb::make_uniq<FolderCatalog>(database, access, std::move(folder));
}

duckdb::unique_ptr<duckdb::TransactionManager> make_transactions(optional_ptr<duckdb::StorageExtensionInfo>, duckdb::AttachedDatabase& database,
                                                                 duckdb::Catalog&) {
  return duckdb::make_uniq<FolderTransactions>(database);
}

}  // namespace

void register_folder_catalog(duckdb::DBConfig& config, std::shared_ptr<const TableAccess> access) {
  auto info = duckdb::make_shared_ptr<FolderExtensionInfo>();
  info->access = std::move(access);
  auto extension = duckdb::make_shared_ptr<duckdb::StorageExtension>();
  extension->attach = attach;
  extension->create_transaction_manager = make_transactions;
  extension->storage_info = info;
  duckdb::StorageExtension::Register(config, "deltastream", extension);
}

std::optional<std::string> attached_location(ClientContext& context, const std::string& name) {
  auto location = [&](const std::string& catalog, const std::string& schema, const std::string& table) -> std::optional<std::string> {
    duckdb::EntryLookupInfo lookup(CatalogType::TABLE_ENTRY, table);
    auto entry = duckdb::Catalog::GetEntry(context, catalog, schema, lookup, duckdb::OnEntryNotFound::RETURN_NULL);
    auto* found = entry ? dynamic_cast<TableEntry*>(entry.get()) : nullptr;
    return found ? std::optional(found->table().location) : std::nullopt;
  };
  duckdb::vector<std::string> parts;  // names that hold dots stand in quotes
  try {
    parts = duckdb::QualifiedName::ParseComponents(name);
  } catch (const duckdb::ParserException&) {
    return std::nullopt;  // a quote of a path
  }
  if (parts.size() > 1 && parts.size() <= 3) {
    auto found = location(parts[0], parts.size() == 3 ? parts[1] : "", parts.back());
    if (found) return found;
  }
  return location("", "", parts.size() == 1 ? parts[0] : name);
}

}  // namespace deltastream::engine

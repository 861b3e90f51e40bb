#include "capi/table.h"

#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "capi/error.h"
#include "delta/catalog_commits.h"
#include "delta/deletion_vector.h"
#include "storage/stores.h"

namespace deltastream::capi {
namespace {

// A field that an older caller's struct does not have keeps its default.
template <class Options>
bool holds(const Options* options, size_t end) {
  return options && options->struct_size >= end;
}
#define DS_HOLDS(options, field) holds(options, offsetof(std::remove_pointer_t<decltype(options)>, field) + sizeof((options)->field))

Status read_catalog(const ds_open_options& options, std::vector<std::string>& texts) {
  if (options.catalog_commit_count > 0 && options.catalog_version < 0) return invalid_argument("catalog_commits are given without catalog_version");
  if (options.catalog_commit_count > 0) DS_RETURN_IF_ERROR(require(options.catalog_commits, "catalog_commits"));
  for (size_t i = 0; i < options.catalog_commit_count; i++) {
    DS_RETURN_IF_ERROR(require(options.catalog_commits[i], "catalog_commits"));
    texts.emplace_back(options.catalog_commits[i]);
  }
  return {};
}

Status open_table(const char* location, const ds_open_options* options, ds_table** out) {
  DS_RETURN_IF_ERROR(require(location, "location"));
  DS_RETURN_IF_ERROR(require(out, "table"));
  delta::SnapshotOptions wanted;
  if (DS_HOLDS(options, version) && options->version >= 0) wanted.version = options->version;
  if (DS_HOLDS(options, timestamp_ms) && options->timestamp_ms != INT64_MIN) wanted.timestamp_ms = options->timestamp_ms;
  if (wanted.version && wanted.timestamp_ms) return invalid_argument("version and timestamp_ms are both given");
  DS_ASSIGN_OR_RETURN(auto store, storage::open_store(location));
  int64_t latest = -1;
  std::vector<std::string> texts;
  if (DS_HOLDS(options, catalog_version)) latest = options->catalog_version;
  if (DS_HOLDS(options, catalog_commit_count)) DS_RETURN_IF_ERROR(read_catalog(*options, texts));
  if (latest >= 0) {
    delta::CatalogCommits commits{latest, {}};
    for (const std::string& text : texts) {
      DS_ASSIGN_OR_RETURN(auto commit, delta::parse_catalog_commit(text));
      commits.commits.push_back(std::move(commit));
    }
    DS_ASSIGN_OR_RETURN(store, delta::with_catalog_commits(std::move(store), std::move(commits)));
  }
  DS_ASSIGN_OR_RETURN(auto snapshot, delta::Snapshot::open(std::move(store), wanted));
  *out = new ds_table{location, std::move(snapshot), latest, std::move(texts)};
  return {};
}

Status find_deleted_rows(const ds_table& table, const std::string& path, uint64_t** rows, size_t* count) {
  DS_ASSIGN_OR_RETURN(auto file, table.files.find(table.snapshot, path));
  if (!file) return not_found(fmt::format("{} has no file '{}'", table.snapshot.where(), path));
  if (!file->deletion_vector.storage_type) return {};
  DS_ASSIGN_OR_RETURN(auto vector, delta::read_deletion_vector(*table.snapshot.store(), delta::to_descriptor(file->deletion_vector)));
  const std::vector<uint64_t> deleted = vector.rows();
  auto* copy = static_cast<uint64_t*>(std::malloc(std::max<size_t>(deleted.size(), 1) * sizeof(uint64_t)));
  if (!copy) return resource("no memory for the deleted rows");
  if (!deleted.empty()) std::memcpy(copy, deleted.data(), deleted.size() * sizeof(uint64_t));
  *rows = copy;
  *count = deleted.size();
  return {};
}

std::string doubled(const std::string& text, char quote) {
  std::string out(1, quote);
  for (char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

}  // namespace

std::string sql_literal(const std::string& text) { return doubled(text, '\''); }
std::string sql_identifier(const std::string& name) { return doubled(name, '"'); }

}  // namespace deltastream::capi

using namespace deltastream;

extern "C" {

ds_error* ds_table_open(const char* location, const ds_open_options* options, ds_table** table) {
  return capi::guarded([&] { return capi::open_table(location, options, table); });
}

ds_error* ds_table_refresh(ds_table* table, int* moved) {
  return capi::guarded([&]() -> Status {
    DS_RETURN_IF_ERROR(capi::require(table, "table"));
    table->files.forget();
    DS_ASSIGN_OR_RETURN(bool changed, table->snapshot.refresh());
    if (moved) *moved = changed ? 1 : 0;
    return {};
  });
}

void ds_table_free(ds_table* table) { delete table; }

int64_t ds_table_version(const ds_table* table) { return table ? table->snapshot.version() : -1; }
int64_t ds_table_file_count(const ds_table* table) { return table ? static_cast<int64_t>(table->snapshot.files().size()) : 0; }
int64_t ds_table_byte_count(const ds_table* table) { return table ? static_cast<int64_t>(table->snapshot.files().total_bytes()) : 0; }
const char* ds_table_schema_json(const ds_table* table) { return table ? table->snapshot.metadata().schema_string.c_str() : ""; }
size_t ds_table_partition_column_count(const ds_table* table) { return table ? table->snapshot.partition_columns().size() : 0; }

const char* ds_table_partition_column(const ds_table* table, size_t index) {
  if (!table || index >= table->snapshot.partition_columns().size()) return nullptr;
  return table->snapshot.partition_columns()[index].c_str();
}

const char* ds_table_property(const ds_table* table, const char* key) {
  if (!table || !key) return nullptr;
  const auto& properties = table->snapshot.metadata().configuration;
  auto found = properties.find(key);
  return found == properties.end() ? nullptr : found->second.c_str();
}

int64_t ds_table_transaction_version(const ds_table* table, const char* application_id) {
  return table && application_id ? table->snapshot.txn(application_id).value_or(-1) : -1;
}

ds_error* ds_table_deleted_rows(const ds_table* table, const char* path, uint64_t** rows, size_t* count) {
  return capi::guarded([&]() -> Status {
    for (const auto& [pointer, name] : {std::pair<const void*, const char*>{table, "table"}, {path, "path"}, {rows, "rows"}, {count, "count"}}) {
      DS_RETURN_IF_ERROR(capi::require(pointer, name));
    }
    *rows = nullptr;
    *count = 0;
    return capi::find_deleted_rows(*table, path, rows, count);
  });
}

void ds_rows_free(uint64_t* rows) { std::free(rows); }

}

#include "format/parquet/database.h"

#include "duckdb/main/client_data.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/main/database.hpp"

namespace deltastream::format::parquet {
namespace {

duckdb::DuckDB& database() {
  static duckdb::DuckDB* instance = [] {
    duckdb::DBConfig config;
    config.options.load_extensions = false;
    config.options.temporary_directory = "";
    config.options.maximum_threads = 1;
    config.SetOptionByName("enable_external_file_cache", duckdb::Value::BOOLEAN(false));
    return new duckdb::DuckDB(nullptr, &config);
  }();
  return *instance;
}

}  // namespace

duckdb::shared_ptr<duckdb::ClientContext> make_context(duckdb::unique_ptr<duckdb::FileSystem> files) {
  auto context = duckdb::make_shared_ptr<duckdb::ClientContext>(database().instance);
  if (files) duckdb::ClientData::Get(*context).client_file_system = std::move(files);
  return context;
}

}  // namespace deltastream::format::parquet

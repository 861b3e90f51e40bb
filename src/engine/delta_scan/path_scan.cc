#include "engine/delta_scan/path_scan.h"

#include <algorithm>
#include <filesystem>

#include "common/uri.h"
#include "duckdb/function/replacement_scan.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"
#include "engine/batch/errors.h"
#include "engine/delta_scan/table.h"

namespace deltastream::engine {
namespace {

bool ends_as_data_file(const std::string& path) {
  static const duckdb::vector<std::string> kDataFiles{".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".gz", ".zst"};
  return std::any_of(kDataFiles.begin(), kDataFiles.end(), [&](const std::string& ending) { return path.ends_with(ending); });
}

bool leads_to_a_table(const std::string& path) {
  auto location = parse_location(path);
  if (!location.ok() || location->scheme == "http" || location->scheme == "https") return false;
  std::error_code failed;
  if (location->scheme == "file") return std::filesystem::is_directory(location->path + "/_delta_log", failed);
  return !ends_as_data_file(path);
}

// DuckDB would look for a table of that name and propose others.
void refuse_other_folders(const std::string& path) {
  auto location = parse_location(path);
  if (!location.ok() || location->scheme != "file" || path.find_first_of("*?[") != std::string::npos) return;
  std::error_code failed;
  if (std::filesystem::is_directory(location->path, failed)) {
    batch::throw_error(not_found("'" + path + "' is a folder, but no Delta table: it has no _delta_log. Files are read as '" + path + "/*.parquet'"));
  }
  const bool spelled_as_path = path.find('/') != std::string::npos;
  if (spelled_as_path && !ends_as_data_file(path) && !std::filesystem::exists(location->path, failed)) {
    batch::throw_error(not_found("there is no Delta table and no file at '" + path + "'"));
  }
}

struct PathScanData final : duckdb::ReplacementScanData {
  std::shared_ptr<const TableAccess> access;
};

duckdb::unique_ptr<duckdb::TableRef> scan_path(duckdb::ClientContext&, duckdb::ReplacementScanInput& input,
                                               duckdb::optional_ptr<duckdb::ReplacementScanData> data) {
  if (!input.schema_name.empty()) return nullptr;
  if (auto granted = static_cast<PathScanData&>(*data).access->check_granted(input.table_name); !granted.ok()) {
    if (input.table_name.find('/') != std::string::npos) batch::throw_error(granted.error());
    return nullptr;
  }
  if (!leads_to_a_table(input.table_name)) {
    refuse_other_folders(input.table_name);
    return nullptr;
  }
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(input.table_name)));
  auto scan = duckdb::make_uniq<duckdb::TableFunctionRef>();
  scan->function = duckdb::make_uniq<duckdb::FunctionExpression>("delta_scan", std::move(arguments));
  std::string folder = input.table_name;
  while (folder.ends_with('/')) folder.pop_back();
  const auto name = std::filesystem::path(folder).filename().string();
  scan->alias = name.empty() ? input.table_name : name;
  return scan;
}

}  // namespace

void register_path_scan(duckdb::DBConfig& config, std::shared_ptr<const TableAccess> access) {
  auto data = duckdb::make_uniq<PathScanData>();
  data->access = std::move(access);
  config.replacement_scans.emplace_back(scan_path, std::move(data));
}

}  // namespace deltastream::engine

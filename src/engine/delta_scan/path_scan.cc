#include "engine/delta_scan/path_scan.h"

#include <filesystem>

#include "common/uri.h"
#include "duckdb/function/replacement_scan.hpp"
#include "duckdb/main/config.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/tableref/table_function_ref.hpp"

namespace deltastream::engine {
namespace {

bool leads_to_a_table(const std::string& path) {
  auto location = parse_location(path);
  if (!location.ok() || location->scheme == "http" || location->scheme == "https") return false;
  std::error_code failed;
  if (location->scheme == "file") return std::filesystem::is_directory(location->path + "/_delta_log", failed);
  static const duckdb::vector<std::string> kDataFiles{".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".gz", ".zst"};
  for (const std::string& ending : kDataFiles) {
    if (path.ends_with(ending)) return false;
  }
  return true;
}

duckdb::unique_ptr<duckdb::TableRef> scan_path(duckdb::ClientContext&, duckdb::ReplacementScanInput& input,
                                               duckdb::optional_ptr<duckdb::ReplacementScanData>) {
  if (!input.schema_name.empty() || !leads_to_a_table(input.table_name)) return nullptr;
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> arguments;
  arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(duckdb::Value(input.table_name)));
  auto scan = duckdb::make_uniq<duckdb::TableFunctionRef>();
  scan->function = duckdb::make_uniq<duckdb::FunctionExpression>("delta_scan", std::move(arguments));
  const auto name = std::filesystem::path(input.table_name).filename().string();
  scan->alias = name.empty() ? input.table_name : name;
  return scan;
}

}  // namespace

void register_path_scan(duckdb::DBConfig& config) { config.replacement_scans.emplace_back(scan_path); }

}  // namespace deltastream::engine

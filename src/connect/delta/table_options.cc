#include "connect/delta/table_options.h"

#include <fmt/format.h>

#include "common/uri.h"
#include "connect/formats.h"
#include "connect/paths.h"

namespace deltastream::connect::delta_table {
namespace {

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  size_t begin = 0;
  while (begin <= text.size()) {
    size_t end = std::min(text.find_first_of(",;", begin), text.size());
    size_t first = text.find_first_not_of(" `", begin), last = text.find_last_not_of(" `", end == 0 ? 0 : end - 1);
    if (first < end && last != std::string::npos) names.push_back(text.substr(first, last - first + 1));
    begin = end + 1;
  }
  return names;
}

bool same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const std::string& x, const std::string& y) { return same_name(x, y); });
}

}  // namespace

Result<std::string> table_location(const engine::TableDefinition& table, const Options& options, const ConnectorContext& context) {
  std::string path;
  for (const char* key : {"table_path", "table-path", "path"}) {
    if (!options.has(key)) continue;
    if (!path.empty()) return invalid_argument(fmt::format("table '{}': its path is given twice, as '{}' and under another name", table.name, key));
    path = options.get(key);
  }
  if (path.empty()) return invalid_argument(fmt::format("table '{}': connector 'delta' needs the option 'table_path'", table.name));
  DS_ASSIGN_OR_RETURN(Location location, parse_location(path).context(fmt::format("table '{}'", table.name)));
  if (location.scheme != "file") return path;  // of an object store, which knows its own
  return resolve_local_path(path, context.base_folder).context(fmt::format("table '{}'", table.name));
}

Result<std::vector<std::string>> partition_columns(const engine::TableDefinition& table, const Options& options) {
  if (!options.has("partitions")) return table.partitioned_by;
  std::vector<std::string> named = split_names(options.get("partitions"));
  if (table.partitioned_by.empty() || same_names(named, table.partitioned_by)) return named;
  return invalid_argument(fmt::format("table '{}': PARTITIONED BY ({}) and the option 'partitions' = '{}' differ", table.name,
                                      fmt::join(table.partitioned_by, ", "), options.get("partitions")));
}

}  // namespace deltastream::connect::delta_table

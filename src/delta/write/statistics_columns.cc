#include "delta/write/statistics_columns.h"

#include <algorithm>
#include <cctype>

#include "delta/json/json_scan.h"
#include "delta/table_properties.h"

namespace deltastream::delta {
namespace {

using Path = std::vector<std::string>;

struct Leaf {
  Path logical, physical;
};

// Leaves under structs in schema order. Lists and maps count as one leaf, and have no bounds.
void collect(const std::vector<StructField>& fields, const Snapshot& table, Leaf& at, std::vector<Leaf>& leaves) {
  for (const auto& field : fields) {
    bool is_partition = at.logical.empty() && std::count(table.partition_columns().begin(), table.partition_columns().end(), field.name) > 0;
    if (is_partition) continue;
    at.logical.push_back(field.name);
    at.physical.push_back(field.physical_name(table.column_mapping()));
    if (field.type.kind == DataType::Kind::kStruct) {
      collect(field.type.fields, table, at, leaves);
    } else {
      leaves.push_back(at);
    }
    at.logical.pop_back();
    at.physical.pop_back();
  }
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

bool starts_with(const Path& path, const Path& prefix) {
  return prefix.size() <= path.size() && std::equal(prefix.begin(), prefix.end(), path.begin(), same_name);
}

// {"clusteringColumns":[["a"],["b","c"]]}: physical names.
std::vector<Path> clustering_columns(const Snapshot& table) {
  std::vector<Path> paths;
  const auto* domain = table.domain("delta.clustering");
  auto list = domain ? json_member(domain->configuration, "clusteringColumns") : std::nullopt;
  if (!list) return paths;
  // Every text in the list, grouped by the inner brackets; a text outside of them is a path of one name.
  size_t depth = 0;
  for (size_t at = 0; at < list->size();) {
    char c = (*list)[at];
    if (c == '"') {
      size_t begin = at;
      if (!json_skip_string(*list, at)) break;
      auto name = json_text(list->substr(begin, at - begin));
      if (!name) break;
      if (depth < 2) paths.emplace_back();
      paths.back().push_back(std::move(*name));
      continue;
    }
    if (c == '[' && ++depth == 2) paths.emplace_back();
    if (c == ']' && depth > 0) depth--;
    at++;
  }
  return paths;
}

}  // namespace

std::vector<Path> parse_column_list(std::string_view text) {
  std::vector<Path> paths(1, Path(1));
  bool quoted = false;
  for (char c : text) {
    if (c == '`') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      paths.emplace_back(1);
    } else if (c == '.' && !quoted) {
      paths.back().emplace_back();
    } else if (c != ' ' || quoted || !paths.back().back().empty()) {
      paths.back().back() += c;
    }
  }
  std::vector<Path> named;
  for (auto& path : paths) {
    for (auto& name : path) name.erase(name.find_last_not_of(' ') + 1);
    if (path.size() > 1 || !path[0].empty()) named.push_back(std::move(path));
  }
  return named;
}

StatisticsColumns::StatisticsColumns(const Snapshot& table) {
  std::vector<Leaf> leaves;
  Leaf at;
  collect(table.schema().fields, table, at, leaves);
  auto named = table.property("delta.dataSkippingStatsColumns");
  if (named) {
    auto paths = parse_column_list(*named);
    for (const auto& leaf : leaves) {
      bool wanted = std::any_of(paths.begin(), paths.end(), [&](const Path& path) { return starts_with(leaf.logical, path); });
      if (wanted) physical_paths_.insert(leaf.physical);
    }
  } else {
    int64_t limit = number_property(table.metadata().configuration, "delta.dataSkippingNumIndexedCols", 32);
    size_t count = limit < 0 ? leaves.size() : std::min(leaves.size(), static_cast<size_t>(limit));
    for (size_t i = 0; i < count; i++) physical_paths_.insert(leaves[i].physical);
  }
  for (auto& path : clustering_columns(table)) physical_paths_.insert(std::move(path));
}

void StatisticsColumns::keep(std::vector<format::ColumnStatistics>& columns) const {
  std::erase_if(columns, [&](const format::ColumnStatistics& column) { return physical_paths_.count(column.path) == 0; });
}

}  // namespace deltastream::delta

#include <map>
#include <string>

#include <fmt/format.h>

#include "engine/front/create_parser.h"
#include "engine/script.h"

namespace deltastream::engine {
namespace {

enum class Merge { kIncluding, kExcluding, kOverwriting };

// What LIKE takes over, by feature; physical columns always come along. Without a word: INCLUDING ALL OVERWRITING OPTIONS.
class MergeRules {
 public:
  static Result<MergeRules> parse(const std::vector<std::string>& options) {
    MergeRules rules;
    for (const std::string& option : options) {
      size_t blank = option.find(' ');
      std::string how = option.substr(0, blank), feature = option.substr(blank + 1);
      Merge merge = how == "EXCLUDING" ? Merge::kExcluding : how == "OVERWRITING" ? Merge::kOverwriting : Merge::kIncluding;
      bool replaceable = feature != "ALL" && feature != "CONSTRAINTS" && feature != "PARTITIONS";
      if (merge == Merge::kOverwriting && !replaceable) {
        return invalid_argument(fmt::format("LIKE: OVERWRITING {} is not possible (INCLUDING or EXCLUDING)", feature));
      }
      if (!rules.by_feature_.emplace(feature, merge).second) return invalid_argument(fmt::format("LIKE: {} stands twice", feature));
    }
    return rules;
  }

  Merge of(const std::string& feature) const {
    if (auto own = by_feature_.find(feature); own != by_feature_.end()) return own->second;
    if (auto all = by_feature_.find("ALL"); all != by_feature_.end()) return all->second;
    return feature == "OPTIONS" ? Merge::kOverwriting : Merge::kIncluding;
  }

 private:
  std::map<std::string, Merge> by_feature_;
};

Error twice(const TableDefinition& table, const TableDefinition& base, std::string_view what) {
  return invalid_argument(fmt::format("table '{}' LIKE '{}': both have {}", table.name, base.name, what));
}

Status merge_columns(const TableDefinition& own, const TableDefinition& base, const MergeRules& rules, TableDefinition& out) {
  for (const ColumnDefinition& column : base.columns) {
    Merge merge = column.kind == ColumnKind::kComputed   ? rules.of("GENERATED")
                  : column.kind == ColumnKind::kMetadata ? rules.of("METADATA")
                                                         : Merge::kIncluding;
    if (merge == Merge::kExcluding) continue;
    const ColumnDefinition* replacement = own.find_column(column.name);
    if (replacement && merge != Merge::kOverwriting) return twice(own, base, fmt::format("a column '{}'", column.name));
    if (!replacement) out.columns.push_back(column);
  }
  out.columns.insert(out.columns.end(), own.columns.begin(), own.columns.end());
  return {};
}

Status merge_options(const TableDefinition& own, const TableDefinition& base, Merge merge, TableDefinition& out) {
  if (merge != Merge::kExcluding) {
    for (const TableOption& option : base.options) {
      bool replaced = own.find_option(option.key) != nullptr;
      if (replaced && merge == Merge::kIncluding) return twice(own, base, fmt::format("the option '{}'", option.key));
      if (!replaced) out.options.push_back(option);
    }
  }
  out.options.insert(out.options.end(), own.options.begin(), own.options.end());
  return {};
}

}  // namespace

Result<TableDefinition> resolve_like(const CreateTableStatement& statement, const Catalog& catalog) {
  const TableDefinition& own = statement.table;
  if (statement.like.empty()) return own;
  auto found = catalog.table(statement.like);
  if (!found.ok()) return std::move(found).context(fmt::format("LIKE of table '{}' (line {})", own.name, own.position.line)).error();
  const TableDefinition& base = **found;
  DS_ASSIGN_OR_RETURN(MergeRules rules, MergeRules::parse(statement.like_options));

  TableDefinition merged = own;
  merged.columns.clear();
  merged.options.clear();
  DS_RETURN_IF_ERROR(merge_columns(own, base, rules, merged));
  DS_RETURN_IF_ERROR(merge_options(own, base, rules.of("OPTIONS"), merged));
  if (rules.of("WATERMARKS") != Merge::kExcluding && base.watermark) {
    if (own.watermark && rules.of("WATERMARKS") == Merge::kIncluding) return twice(own, base, "a WATERMARK");
    if (!own.watermark) merged.watermark = base.watermark;
  }
  if (rules.of("CONSTRAINTS") != Merge::kExcluding && !base.primary_key.empty()) {
    if (!own.primary_key.empty()) return twice(own, base, "a PRIMARY KEY");
    merged.primary_key = base.primary_key;
  }
  if (rules.of("PARTITIONS") != Merge::kExcluding && !base.partitioned_by.empty()) {
    if (!own.partitioned_by.empty()) return twice(own, base, "PARTITIONED BY");
    merged.partitioned_by = base.partitioned_by;
  }
  DS_RETURN_IF_ERROR(front::check_table(merged));
  return merged;
}

}  // namespace deltastream::engine

#include "engine/batch/completion.h"

#include <algorithm>

#include "duckdb/common/string_util.hpp"
#include "duckdb/main/materialized_query_result.hpp"
#include "engine/batch/sql_rewrite.h"

namespace deltastream::engine::batch {
namespace {

// Without the quote that DuckDB puts before names that need one.
std::string_view bare(std::string_view name) { return name.starts_with('"') ? name.substr(1) : name; }

bool begins_with(std::string_view name, std::string_view word) {
  return duckdb::StringUtil::StartsWith(duckdb::StringUtil::Lower(std::string(bare(name))), duckdb::StringUtil::Lower(std::string(bare(word))));
}

bool named_by_user(const std::string& kind) { return kind == "table" || kind == "column" || kind == "schema" || kind == "catalog"; }

}  // namespace

Completion complete_sql(duckdb::Connection& connection, const std::string& text) {
  Completion completion{text.size(), {}};
  auto rewritten = rewrite_sql(text);
  if (!rewritten.ok()) return completion;  // in the middle of a quote or comment
  const std::string& sql = rewritten->text();
  auto found = connection.Query("SELECT suggestion, suggestion_start, suggestion_type FROM sql_auto_complete(" + Value(sql).ToSQLString() + ")");
  if (found->HasError()) return completion;
  for (auto& row : *found) {
    const auto name = row.GetValue<std::string>(0), kind = row.GetValue<std::string>(2);
    const size_t start = std::min<size_t>(static_cast<size_t>(row.GetValue<int32_t>(1)), sql.size());
    const std::string word = sql.substr(start);
    if (word.empty() ? !named_by_user(kind) : !begins_with(name, word)) continue;
    const size_t at = start == sql.size() ? text.size() : rewritten->original_offset(start);
    if (completion.names.empty()) completion.start = at;
    if (at != completion.start) continue;
    if (std::find(completion.names.begin(), completion.names.end(), name) == completion.names.end()) completion.names.push_back(name);
  }
  return completion;
}

}  // namespace deltastream::engine::batch

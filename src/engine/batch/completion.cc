#include "engine/batch/completion.h"

#include <algorithm>

#include "duckdb/common/string_util.hpp"
#include "duckdb/main/materialized_query_result.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "engine/batch/from_sources.h"
#include "engine/batch/sql_lexer.h"
#include "engine/batch/sql_rewrite.h"

namespace deltastream::engine::batch {
namespace {

// Without the quote that names which need one begin with.
std::string_view bare(std::string_view name) { return name.starts_with('"') ? name.substr(1) : name; }

bool begins_with(std::string_view name, std::string_view word) {
  return duckdb::StringUtil::StartsWith(duckdb::StringUtil::Lower(std::string(bare(name))), duckdb::StringUtil::Lower(std::string(bare(word))));
}

bool named_by_user(const std::string& kind) { return kind == "table" || kind == "column" || kind == "schema" || kind == "catalog"; }

class Completer {
 public:
  Completer(duckdb::Connection& connection, const std::string& text, const RewrittenSql& rewritten, const std::vector<SqlToken>& tokens)
      : connection_(connection), text_(text), rewritten_(rewritten), sql_(rewritten.text()), tokens_(tokens), sources_(from_sources(sql_, tokens_)) {}

  Completion run() {
    if (complete_member()) return std::move(found_);
    auto suggested = connection_.Query("SELECT suggestion, suggestion_start, suggestion_type FROM sql_auto_complete(" + Value(sql_).ToSQLString() + ")");
    if (suggested->HasError()) return {text_.size(), {}};
    bool columns_are_due = true;
    for (auto& row : *suggested) {
      const auto name = row.GetValue<std::string>(0), kind = row.GetValue<std::string>(2);
      const size_t start = std::min<size_t>(static_cast<size_t>(row.GetValue<int32_t>(1)), sql_.size());
      const bool expression = kind == "column" || kind == "scalar_function";
      if (expression && columns_are_due) add_columns(start);
      if (expression) columns_are_due = false;
      if (start < sql_.size() || named_by_user(kind)) add(name, start);
    }
    return std::move(found_);
  }

 private:
  // name.word: a table of an attached catalog or of a schema, or a column of what has that name behind FROM.
  bool complete_member() {
    size_t end = tokens_.size();
    if (end == 0 || tokens_[end - 1].offset + tokens_[end - 1].text.size() != sql_.size()) return false;
    size_t start = sql_.size();
    if (tokens_[end - 1].is_name()) start = tokens_[--end].offset;
    if (end < 2 || !tokens_[end - 1].is_symbol('.') || !tokens_[end - 2].is_name()) return false;
    const std::string owner = tokens_[end - 2].unquoted();
    for (const FromSource& source : sources_) {
      if (duckdb::StringUtil::CIEquals(source.alias, owner)) add_columns_of(source, start);
    }
    const std::string name = Value(owner).ToSQLString();
    add_all("SELECT table_name FROM duckdb_tables() WHERE lower(database_name) = lower(" + name + ") OR lower(schema_name) = lower(" + name +
                ") UNION SELECT view_name FROM duckdb_views() WHERE NOT internal AND (lower(database_name) = lower(" + name +
                ") OR lower(schema_name) = lower(" + name + ")) ORDER BY ALL",
            start);
    return !found_.names.empty();
  }

  // Of files and Delta tables, which the catalog does not know. What lies far away is not asked while a key is pressed.
  void add_columns(size_t start) {
    for (const FromSource& source : sources_) {
      if (source.names_place) add_columns_of(source, start);
    }
  }
  void add_columns_of(const FromSource& source, size_t start) {
    if (source.text.find("://") == std::string::npos) add_all("SELECT column_name FROM (DESCRIBE FROM " + source.text + ")", start);
  }
  // The names that a query gives, when it gives any.
  void add_all(const std::string& query, size_t start) {
    auto names = connection_.Query(query);
    if (names->HasError()) return;
    for (auto& row : *names) add(duckdb::KeywordHelper::WriteOptionallyQuoted(row.GetValue<std::string>(0)), start);
  }

  void add(const std::string& name, size_t start) {
    if (!begins_with(name, std::string_view(sql_).substr(start))) return;
    const size_t at = start == sql_.size() ? text_.size() : rewritten_.original_offset(start);
    if (found_.names.empty()) found_.start = at;
    if (at == found_.start && std::find(found_.names.begin(), found_.names.end(), name) == found_.names.end()) found_.names.push_back(name);
  }

  duckdb::Connection& connection_;
  const std::string& text_;
  const RewrittenSql& rewritten_;
  const std::string& sql_;
  const std::vector<SqlToken>& tokens_;
  const std::vector<FromSource> sources_;
  Completion found_;
};

}  // namespace

Completion complete_sql(duckdb::Connection& connection, const std::string& text) {
  auto rewritten = rewrite_sql(text);
  if (!rewritten.ok()) return {text.size(), {}};  // in the middle of a quote or comment
  auto tokens = tokenize_sql(rewritten->text());
  if (!tokens.ok()) return {text.size(), {}};
  return Completer(connection, text, *rewritten, *tokens).run();
}

}  // namespace deltastream::engine::batch

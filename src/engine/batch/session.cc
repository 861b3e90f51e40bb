// BatchSession over one in-memory DuckDB.
#include <atomic>
#include <filesystem>
#include <optional>

#include "common/exception.h"
#include "common/uri.h"
#include "duckdb/main/extension/extension_loader.hpp"
#include "duckdb/parser/keyword_helper.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"
#include "engine/batch.h"
#include "engine/batch/completion.h"
#include "engine/batch/distinct_from_rewrite.h"
#include "engine/batch/errors.h"
#include "engine/batch/sql_lexer.h"
#include "engine/batch/sql_rewrite.h"
#include "engine/batch/variant_parts.h"
#include "engine/attach/folder_catalog.h"
#include "engine/delta_scan/change_function.h"
#include "engine/delta_scan/object_file_system.h"
#include "engine/delta_scan/path_scan.h"
#include "engine/delta_scan/scan_function.h"
#include "engine/delta_scan/table_facts.h"

namespace deltastream::engine {
namespace {

using batch::RewrittenSql;

// The text of a statement, for the places in its errors.
struct StatementText {
  std::string original;
  RewrittenSql rewritten;

  Error error(const duckdb::ErrorData& data) const {
    return batch::from_duckdb(data, [&](size_t offset) { return batch::show_offset(original, rewritten.original_offset(offset)); });
  }
  Error error(const std::exception& exception) const { return error(duckdb::ErrorData(exception)); }
};

Error interruption() { return cancelled("the statement was interrupted"); }

class QueryRows final : public BatchResult {
 public:
  QueryRows(StatementText text, duckdb::unique_ptr<duckdb::QueryResult> result, const std::atomic<bool>& interrupted)
      : text_(std::move(text)), result_(std::move(result)), interrupted_(interrupted) {
    // A statement that returns nothing still has a column inside DuckDB.
    if (result_->properties.return_type == duckdb::StatementReturnType::NOTHING) return;
    for (size_t i = 0; i < result_->names.size(); i++) columns_.push_back({result_->names[i], result_->types[i], true});
  }

  const std::vector<Field>& columns() const override { return columns_; }
  Result<DataChunk*> next() override {
    if (interrupted_) return interruption();
    try {
      do {
        chunk_ = result_->Fetch();
      } while (chunk_ && chunk_->size() == 0);
    } catch (const std::exception& exception) {
      return text_.error(exception);
    }
    if (interrupted_) return interruption();
    if (result_->HasError()) return text_.error(result_->GetErrorObject());
    return columns_.empty() ? nullptr : chunk_.get();
  }

 private:
  StatementText text_;
  duckdb::unique_ptr<duckdb::QueryResult> result_;
  const std::atomic<bool>& interrupted_;
  duckdb::unique_ptr<DataChunk> chunk_;
  std::vector<Field> columns_;
};

class NoRows final : public BatchResult {
 public:
  const std::vector<Field>& columns() const override { return columns_; }
  Result<DataChunk*> next() override { return nullptr; }

 private:
  std::vector<Field> columns_;
};

class DuckdbSession final : public BatchSession {
 public:
  DuckdbSession(const BatchOptions& options, const Environment& environment) {
    duckdb::DBConfig config;
    config.SetOptionByName("autoinstall_known_extensions", false);
    config.SetOptionByName("autoload_known_extensions", false);
    auto access = std::make_shared<const TableAccess>(environment, options.granted_roots);
    register_folder_catalog(config, access);
    register_path_scan(config, access);
    register_distinct_from_rewrite(config);
    database_.emplace(nullptr, &config);
    connection_.emplace(*database_);
    database_->GetFileSystem().RegisterSubSystem(make_object_file_system(access->stores()));
    duckdb::ExtensionLoader loader(*database_->instance, "deltastream");
    connection_->context->RunFunctionInTransaction([&] {
      register_delta_scan(loader, access);
      register_table_changes(loader, access);
      register_table_facts(loader, access);
    });
    if (!options.granted_roots.empty()) close_outside(options.granted_roots);
  }

  Result<std::vector<std::string>> split(const std::string& sql) override { return batch::split_sql(sql); }

  Result<std::unique_ptr<BatchResult>> execute(const std::string& statement, VariantForm variants) override {
    DS_ASSIGN_OR_RETURN(RewrittenSql rewritten, batch::rewrite_sql(statement));
    StatementText text{statement, std::move(rewritten)};
    try {
      duckdb::Parser parser(connection_->context->GetParserOptions());
      parser.ParseQuery(text.rewritten.text());
      auto& statements = parser.statements;
      if (statements.empty()) return std::unique_ptr<BatchResult>(std::make_unique<NoRows>());
      if (statements.size() > 1) return invalid_argument("one statement is executed at a time, but these are " + std::to_string(statements.size()));
      statements[0]->query.clear();  // with the text at hand, DuckDB writes the place into the message instead of telling it
      if (variants == VariantForm::kParts && statements[0]->type == duckdb::StatementType::SELECT_STATEMENT) take_variants_apart(*statements[0]);
      auto pending = connection_->PendingQuery(std::move(statements[0]), duckdb::QueryResultOutputType::ALLOW_STREAMING);
      if (pending->HasError()) {
        auto& transaction = connection_->context->transaction;
        if (transaction.HasActiveTransaction() && transaction.GetAutoRollback()) transaction.Rollback(pending->GetErrorObject());
        return interrupted_ ? interruption() : text.error(pending->GetErrorObject());
      }
      if (interrupted_) connection_->Interrupt();  // DuckDB forgets what came before it began
      auto result = pending->Execute();
      if (interrupted_) return interruption();
      if (result->HasError()) return text.error(result->GetErrorObject());
      return std::unique_ptr<BatchResult>(std::make_unique<QueryRows>(std::move(text), std::move(result), interrupted_));
    } catch (const std::exception& exception) {
      return text.error(exception);
    }
  }

  void interrupt() noexcept override {
    interrupted_ = true;
    connection_->Interrupt();
  }
  void go_on() noexcept override { interrupted_ = false; }

  Completion complete(const std::string& text) override {
    // The session's own connection sees its temporary tables; a transaction must not be hurt by a text that cannot be completed.
    try {
      if (!connection_->HasActiveTransaction()) return batch::complete_sql(*connection_, text);
      duckdb::Connection other(*database_);
      return batch::complete_sql(other, text);
    } catch (const std::exception&) {
      return {};  // a courtesy: what cannot be completed has no names
    }
  }

 private:
  // SELECT the columns FROM the query, with variants in their parts, where there are any.
  void take_variants_apart(duckdb::SQLStatement& statement) {
    auto prepared = connection_->Prepare(statement.Copy());
    if (prepared->HasError()) return;  // execution tells
    std::string list;
    duckdb::vector<std::string> aliases;
    bool any = false;
    for (size_t i = 0; i < prepared->GetTypes().size(); i++) {
      std::string column = "deltastream_column_" + std::to_string(i);
      any = any || batch::holds_variant(prepared->GetTypes()[i]);
      list += (i ? ", " : "") + batch::variant_parts(column, prepared->GetTypes()[i]) + " AS " +
              duckdb::KeywordHelper::WriteQuoted(prepared->GetNames()[i], '"');
      aliases.push_back(column);
    }
    if (!any) return;
    auto& select = statement.Cast<duckdb::SelectStatement>();
    auto inner = duckdb::make_uniq<duckdb::SelectStatement>();
    inner->node = std::move(select.node);
    auto from = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(inner), "deltastream_rows");
    from->column_name_alias = std::move(aliases);
    auto outer = duckdb::make_uniq<duckdb::SelectNode>();
    outer->select_list = duckdb::Parser::ParseExpressionList(list);
    outer->from_table = std::move(from);
    select.node = std::move(outer);
  }

  // What DuckDB itself may open from now on. It cannot be opened up again.
  void close_outside(const std::vector<std::string>& roots) {
    duckdb::vector<Value> folders{Value(kObjectScheme)};
    for (const std::string& root : roots) {
      // Of object stores DuckDB opens nothing but by ours.
      auto location = parse_location(root);
      if (location.ok() && location->scheme == "file") folders.emplace_back(std::filesystem::absolute(location->path).lexically_normal().string() + "/");
    }
    for (const std::string& sql : {"SET allowed_directories = " + Value::LIST(LogicalType::VARCHAR, std::move(folders)).ToSQLString(),
                                   std::string("SET enable_external_access = false")}) {
      auto done = connection_->Query(sql);
      if (done->HasError()) done->ThrowError();
    }
  }

  std::optional<duckdb::DuckDB> database_;
  std::optional<duckdb::Connection> connection_;
  std::atomic<bool> interrupted_{false};
};

}  // namespace

Result<std::unique_ptr<BatchSession>> BatchSession::create(const BatchOptions& options, const Environment& environment) {
  try {
    return std::unique_ptr<BatchSession>(std::make_unique<DuckdbSession>(options, environment));
  } catch (const std::exception& exception) {
    return batch::from_duckdb(duckdb::ErrorData(exception));
  }
}

}  // namespace deltastream::engine

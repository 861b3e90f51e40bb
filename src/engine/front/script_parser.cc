#include <array>

#include <fmt/format.h>

#include "engine/front/create_parser.h"
#include "engine/front/hints.h"
#include "engine/front/names.h"
#include "engine/front/token_cursor.h"
#include "engine/script.h"

namespace deltastream::engine {
namespace {

using front::Token;
using front::TokenCursor;
using front::TokenKind;
using Body = decltype(Statement::body);

const std::vector<std::string>& statement_words() {
  static const std::vector<std::string> words = {"SET",  "RESET",    "USE",    "CREATE", "DROP", "INSERT", "EXECUTE", "BEGIN", "EXPLAIN",
                                                 "SHOW", "DESCRIBE", "DESC",   "SELECT", "WITH",   "VALUES"};
  return words;
}

// Statements that Flink knows and that make no sense, or are not offered, here.
constexpr std::array<std::string_view, 13> kUnsupportedStatements = {
    "ALTER", "ANALYZE", "CALL", "LOAD", "UNLOAD", "ADD", "REMOVE", "DELETE", "UPDATE", "TRUNCATE", "COMPILE", "STOP", "QUIT"};

// A key as 'key' or as bare words with dots and dashes.
std::string take_key(TokenCursor& cursor) {
  if (cursor.at_string()) return unquoted(cursor.take());
  const Token& first = cursor.peek();
  while (!cursor.at_end() && !cursor.at_symbol(';') && !cursor.at_symbol('=')) cursor.take();
  return &cursor.peek() == &first ? "" : std::string(cursor.slice(first, cursor.previous()));
}

Result<Body> take_set(TokenCursor& cursor) {
  SetStatement statement;
  if (cursor.at_end() || cursor.at_symbol(';')) return Body(statement);
  statement.key = take_key(cursor);
  if (statement.key.empty()) return cursor.unexpected("the key of a setting");
  if (!cursor.accept_symbol('=')) return cursor.unexpected(fmt::format("'=' after '{}'", statement.key));
  if (cursor.at_end() || cursor.at_symbol(';')) return cursor.unexpected(fmt::format("the value of '{}'", statement.key));
  if (cursor.at_string()) {
    statement.value = unquoted(cursor.take());
  } else {
    const Token& first = cursor.peek();
    while (!cursor.at_end() && !cursor.at_symbol(';')) cursor.take();
    statement.value = std::string(cursor.slice(first, cursor.previous()));
  }
  return Body(std::move(statement));
}

Result<Body> take_create(TokenCursor& cursor) {
  size_t temporary = cursor.at_word("TEMPORARY") ? 1 : 0;
  if (cursor.at_word("TABLE", temporary)) {
    DS_ASSIGN_OR_RETURN(CreateTableStatement statement, front::take_create_table(cursor));
    return Body(std::move(statement));
  }
  if (cursor.at_word("VIEW", temporary)) {
    DS_ASSIGN_OR_RETURN(CreateViewStatement statement, front::take_create_view(cursor));
    return Body(std::move(statement));
  }
  for (std::string_view what : {"CATALOG", "DATABASE", "FUNCTION", "MODEL", "MATERIALIZED", "OR", "SYSTEM", "CONNECTION"}) {
    if (cursor.at_word(what, temporary)) {
      return cursor.unsupported_at(cursor.peek().position, fmt::format("CREATE {} (CREATE TABLE and CREATE VIEW are)", what));
    }
  }
  if (temporary) cursor.take();
  return cursor.unexpected("TABLE or VIEW after CREATE", {"TABLE", "VIEW", "TEMPORARY"});
}

// What Flink has and a pipeline file has not.
constexpr std::array<std::string_view, 17> kUnknownThings = {
    "CATALOG", "CATALOGS", "CONNECTION", "CONNECTIONS", "CURRENT", "DATABASE", "DATABASES", "FUNCTION", "JARS",
    "JOB",     "JOBS",     "MATERIALIZED", "MODEL",     "MODELS",  "MODULES",  "PARTITIONS", "PROCEDURES"};

Status refuse_words(const TokenCursor& cursor, std::string_view verb, std::string_view instead) {
  for (std::string_view word : kUnknownThings) {
    if (cursor.at_word(word)) return cursor.unsupported_at(cursor.peek().position, fmt::format("{} {} ({})", verb, word, instead));
  }
  return {};
}

// [NOT] LIKE 'pattern', [NOT] ILIKE 'pattern'
Result<std::optional<NamePattern>> take_pattern(TokenCursor& cursor) {
  NamePattern pattern;
  pattern.negated = cursor.accept("NOT");
  pattern.ignores_case = cursor.accept("ILIKE");
  if (!pattern.ignores_case && !cursor.accept("LIKE")) {
    if (pattern.negated) return cursor.unexpected("LIKE or ILIKE after NOT", {"LIKE", "ILIKE"});
    return std::optional<NamePattern>();
  }
  DS_ASSIGN_OR_RETURN(pattern.like, cursor.expect_string("the pattern of LIKE in single quotes"));
  return std::optional<NamePattern>(std::move(pattern));
}

Result<Body> take_drop(TokenCursor& cursor) {
  DropStatement statement{};
  cursor.accept("TEMPORARY");
  if (cursor.accept("TABLE")) {
    statement.what = DropStatement::What::kTable;
  } else if (cursor.accept("VIEW")) {
    statement.what = DropStatement::What::kView;
  } else {
    DS_RETURN_IF_ERROR(refuse_words(cursor, "DROP", "DROP TABLE and DROP VIEW are"));
    return cursor.unexpected("TABLE or VIEW after DROP", {"TABLE", "VIEW", "TEMPORARY"});
  }
  statement.if_exists = cursor.accept({"IF", "EXISTS"});
  DS_ASSIGN_OR_RETURN(statement.name, front::take_table_name(cursor, "the name of what to drop"));
  return Body(std::move(statement));
}

// ( column = literal, … ), behind PARTITION. Literals are taken as text, which the column's type makes a value of.
Result<std::vector<PartitionValue>> take_partition(TokenCursor& cursor) {
  std::vector<PartitionValue> values;
  DS_RETURN_IF_ERROR(cursor.expect_symbol('('));
  do {
    PartitionValue value;
    value.position = cursor.peek().position;
    DS_ASSIGN_OR_RETURN(value.column, cursor.expect_name("the name of a partition column"));
    if (!cursor.accept_symbol('=')) return cursor.unexpected(fmt::format("'=' and the value of the partition column '{}' (leave out those that the query gives)", value.column));
    if (!cursor.at_string(1) || !(cursor.accept("DATE") || cursor.accept("TIME") || cursor.accept("TIMESTAMP"))) cursor.accept_symbol('+');
    const std::string sign = cursor.accept_symbol('-') ? "-" : "";
    const bool literal = cursor.at_string() || cursor.peek().kind == TokenKind::kNumber || cursor.at_word("TRUE") || cursor.at_word("FALSE");
    if (!literal && !cursor.at_word("NULL")) return cursor.unexpected(fmt::format("a constant for the partition column '{}'", value.column));
    if (literal) value.value = Value(cursor.at_string() ? unquoted(cursor.peek()) : sign + std::string(cursor.peek().text));
    cursor.take();
    values.push_back(std::move(value));
  } while (cursor.accept_symbol(','));
  DS_RETURN_IF_ERROR(cursor.expect_symbol(')'));
  return values;
}

// From INSERT on.
Result<InsertStatement> take_insert(TokenCursor& cursor) {
  InsertStatement insert;
  insert.position = cursor.peek().position;
  DS_RETURN_IF_ERROR(cursor.expect("INSERT"));
  insert.overwrite = cursor.accept("OVERWRITE");
  if (!insert.overwrite && !cursor.accept("INTO")) return cursor.unexpected("INTO or OVERWRITE after INSERT", {"INTO", "OVERWRITE"});
  DS_ASSIGN_OR_RETURN(insert.table, front::take_table_name(cursor, "the name of the table to insert into"));
  if (cursor.peek().kind == TokenKind::kHint) {
    auto options = front::table_hint(cursor.peek());
    if (!options.ok()) return cursor.placed(options.error(), cursor.peek().position);
    insert.options = std::move(*options);
    cursor.take();
  }
  if (cursor.accept("PARTITION")) {
    DS_ASSIGN_OR_RETURN(insert.partition, take_partition(cursor));
  }
  bool columns = cursor.at_symbol('(') && !cursor.at_word("SELECT", 1) && !cursor.at_word("WITH", 1) && !cursor.at_word("VALUES", 1) &&
                 !cursor.at_symbol('(', 1);
  if (columns) {
    DS_ASSIGN_OR_RETURN(insert.columns, cursor.expect_names("the name of a column"));
  }
  DS_ASSIGN_OR_RETURN(insert.query, front::take_query(cursor));
  return insert;
}

// INSERT …; INSERT …; END
Result<std::vector<InsertStatement>> take_inserts(TokenCursor& cursor) {
  std::vector<InsertStatement> inserts;
  while (!cursor.accept("END")) {
    if (!cursor.at_word("INSERT")) return cursor.unexpected("INSERT or END in the statement set", {"INSERT", "END"});
    DS_ASSIGN_OR_RETURN(InsertStatement insert, take_insert(cursor));
    inserts.push_back(std::move(insert));
    if (!cursor.accept_symbol(';')) return cursor.unexpected("';' and END, which closes the statement set");
  }
  if (inserts.empty()) return cursor.error_at(cursor.previous().position, "the statement set holds no INSERT");
  return inserts;
}

Result<Body> take_statement_set(TokenCursor& cursor) {
  DS_ASSIGN_OR_RETURN(std::vector<InsertStatement> inserts, take_inserts(cursor));
  return Body(StatementSet{std::move(inserts)});
}

Result<Body> take_execute(TokenCursor& cursor) {
  if (cursor.accept("STATEMENT")) {
    DS_RETURN_IF_ERROR(cursor.expect({"SET", "BEGIN"}));
    return take_statement_set(cursor);
  }
  if (cursor.at_word("INSERT")) {
    DS_ASSIGN_OR_RETURN(InsertStatement insert, take_insert(cursor));
    return Body(std::move(insert));
  }
  if (front::at_query(cursor)) {
    DS_ASSIGN_OR_RETURN(QueryText query, front::take_query(cursor));
    return Body(QueryStatement{std::move(query)});
  }
  return cursor.unexpected("STATEMENT SET or INSERT after EXECUTE", {"STATEMENT", "INSERT", "SELECT"});
}

// BEGIN STATEMENT SET; INSERT …; END
Result<Body> take_begin(TokenCursor& cursor) {
  DS_RETURN_IF_ERROR(cursor.expect({"STATEMENT", "SET"}));
  DS_RETURN_IF_ERROR(cursor.expect_symbol(';'));
  return take_statement_set(cursor);
}

Result<Body> take_explain(TokenCursor& cursor) {
  for (bool more = true; more;) {  // details, which change nothing here
    more = cursor.accept({"PLAN", "FOR"}) || cursor.accept("ESTIMATED_COST") || cursor.accept("CHANGELOG_MODE") ||
           cursor.accept("JSON_EXECUTION_PLAN") || cursor.accept("PLAN_ADVICE") || cursor.accept_symbol(',');
  }
  cursor.accept("EXECUTE");
  ExplainStatement statement;
  if (cursor.accept("STATEMENT")) {
    DS_RETURN_IF_ERROR(cursor.expect({"SET", "BEGIN"}));
    DS_ASSIGN_OR_RETURN(statement.inserts, take_inserts(cursor));
  } else if (cursor.at_word("INSERT")) {
    DS_ASSIGN_OR_RETURN(InsertStatement insert, take_insert(cursor));
    statement.inserts.push_back(std::move(insert));
  } else if (front::at_query(cursor)) {
    DS_ASSIGN_OR_RETURN(statement.query, front::take_query(cursor));
  } else {
    return cursor.unexpected("INSERT, STATEMENT SET or a query after EXPLAIN", {"INSERT", "STATEMENT", "SELECT", "WITH", "VALUES", "PLAN"});
  }
  return Body(std::move(statement));
}

// [default_catalog.]default_database
Status take_only_database(TokenCursor& cursor) {
  const SourcePosition position = cursor.peek().position;
  DS_ASSIGN_OR_RETURN(std::string name, cursor.expect_name("the name of a database"));
  if (cursor.accept_symbol('.')) {
    DS_ASSIGN_OR_RETURN(std::string database, cursor.expect_name("the name of a database"));
    name += fmt::format(".{}", database);
  }
  if (front::same_word(name, "default_database") || front::same_word(name, "default_catalog.default_database")) return {};
  return cursor.unsupported_at(position, fmt::format("the database '{}' (a file has default_catalog.default_database)", name));
}

// USE CATALOG c, USE [c.]d
Result<Body> take_use(TokenCursor& cursor) {
  if (!cursor.at_word("CATALOG")) {
    if (cursor.at_word("MODULES")) return cursor.unsupported_at(cursor.peek().position, "USE MODULES");
    DS_RETURN_IF_ERROR(take_only_database(cursor));
    return Body(UseStatement{});
  }
  cursor.take();
  const SourcePosition position = cursor.peek().position;
  DS_ASSIGN_OR_RETURN(std::string name, cursor.expect_name("the name of a catalog"));
  if (front::same_word(name, "default_catalog")) return Body(UseStatement{});
  return cursor.unsupported_at(position, fmt::format("the catalog '{}' (a file has default_catalog)", name));
}

Result<Body> take_show(TokenCursor& cursor) {
  ShowStatement statement;
  const bool of_user = cursor.accept("USER");  // functions of the user: there are none, but listing them is no mistake
  if (of_user && !cursor.at_word("FUNCTIONS")) return cursor.unexpected("FUNCTIONS after SHOW USER", {"FUNCTIONS"});
  for (std::string_view what : {"TABLES", "VIEWS", "FUNCTIONS"}) {
    if (!cursor.accept(what)) continue;
    statement.what = of_user ? "user functions" : front::lower_case(what);
    if (cursor.accept("FROM") || cursor.accept("IN")) DS_RETURN_IF_ERROR(take_only_database(cursor));
    DS_ASSIGN_OR_RETURN(statement.pattern, take_pattern(cursor));
    return Body(std::move(statement));
  }
  for (std::string_view what : {"CATALOGS", "DATABASES"}) {
    if (!cursor.accept(what)) continue;
    statement.what = front::lower_case(what);
    DS_ASSIGN_OR_RETURN(statement.pattern, take_pattern(cursor));
    return Body(std::move(statement));
  }
  for (std::string_view what : {"CATALOG", "DATABASE"}) {
    if (!cursor.accept({"CURRENT", what})) continue;
    statement.what = front::lower_case(what) + "s";
    return Body(std::move(statement));
  }
  if (cursor.accept({"CREATE", "TABLE"})) {
    statement.what = "create table";
  } else if (cursor.accept({"CREATE", "VIEW"})) {
    statement.what = "create view";
  } else if (cursor.accept({"COLUMNS", "FROM"}) || cursor.accept({"COLUMNS", "IN"})) {
    DescribeStatement describe;
    DS_ASSIGN_OR_RETURN(describe.name, front::take_table_name(cursor, "the name of the table"));
    DS_ASSIGN_OR_RETURN(describe.columns, take_pattern(cursor));
    return Body(std::move(describe));
  } else {
    DS_RETURN_IF_ERROR(refuse_words(cursor, "SHOW", "a file has tables, views and functions"));
    return cursor.unexpected("TABLES, VIEWS, FUNCTIONS, COLUMNS FROM, CREATE TABLE or CREATE VIEW after SHOW",
                             {"TABLES", "VIEWS", "FUNCTIONS", "CREATE", "COLUMNS"});
  }
  DS_ASSIGN_OR_RETURN(statement.name, front::take_table_name(cursor, "the name of what to show"));
  return Body(std::move(statement));
}

Result<Body> take_describe(TokenCursor& cursor) {
  const bool two_words = cursor.peek(1).kind != TokenKind::kEnd && !cursor.at_symbol(';', 1) && !cursor.at_symbol('.', 1);
  if (two_words) DS_RETURN_IF_ERROR(refuse_words(cursor, "DESCRIBE", "tables and views are described"));
  cursor.accept("EXTENDED");
  DescribeStatement describe;
  DS_ASSIGN_OR_RETURN(describe.name, front::take_table_name(cursor, "the name of a table or view"));
  return Body(std::move(describe));
}

Result<Body> take_body(TokenCursor& cursor) {
  if (cursor.accept("SET")) return take_set(cursor);
  if (cursor.accept("RESET")) return Body(ResetStatement{take_key(cursor)});
  if (cursor.accept("USE")) return take_use(cursor);
  if (cursor.accept("CREATE")) return take_create(cursor);
  if (cursor.accept("DROP")) return take_drop(cursor);
  if (cursor.at_word("INSERT")) {
    DS_ASSIGN_OR_RETURN(InsertStatement insert, take_insert(cursor));
    return Body(std::move(insert));
  }
  if (cursor.accept("EXECUTE")) return take_execute(cursor);
  if (cursor.accept("BEGIN")) return take_begin(cursor);
  if (cursor.accept("EXPLAIN")) return take_explain(cursor);
  if (cursor.accept("SHOW")) return take_show(cursor);
  if (cursor.accept("DESCRIBE") || cursor.accept("DESC")) return take_describe(cursor);
  if (front::at_query(cursor)) {
    DS_ASSIGN_OR_RETURN(QueryText query, front::take_query(cursor));
    return Body(QueryStatement{std::move(query)});
  }
  for (std::string_view word : kUnsupportedStatements) {
    if (cursor.at_word(word)) return cursor.unsupported_at(cursor.peek().position, fmt::format("the statement {}", word));
  }
  return cursor.unexpected("a statement (CREATE, INSERT, SELECT, SET …)", statement_words());
}

}  // namespace

Result<std::vector<Statement>> parse_script(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  DS_ASSIGN_OR_RETURN(std::vector<Token> tokens, front::tokenize(text));
  TokenCursor cursor(text, std::move(tokens));
  std::vector<Statement> statements;
  while (!cursor.at_end()) {
    if (cursor.accept_symbol(';')) continue;
    const Token& first = cursor.peek();
    DS_ASSIGN_OR_RETURN(Body body, take_body(cursor));
    if (!cursor.at_end() && !cursor.at_symbol(';')) return cursor.unexpected("';' after the statement");
    statements.push_back({std::move(body), std::string(cursor.slice(first, cursor.previous())), first.position});
  }
  return statements;
}

}  // namespace deltastream::engine

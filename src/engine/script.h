#pragma once
// The statement front of pipeline files: Flink's spelling (docs/sql.md). Splits a text into statements and parses all but
// the queries, which are kept as text for DuckDB's parser. Pure functions.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/result.h"
#include "engine/catalog.h"

namespace deltastream::engine {

// A query as text and where it begins in the script, so that errors inside can be placed.
struct QueryText {
  std::string sql;
  SourcePosition position;
};

struct SetStatement { std::string key, value; };               // both empty: SET alone = show all
struct ResetStatement { std::string key; };
struct CreateTableStatement { TableDefinition table; bool if_not_exists = false; std::string like; std::vector<std::string> like_options; };
struct CreateViewStatement { ViewDefinition view; bool if_not_exists = false; };
struct DropStatement { enum class What { kTable, kView } what; std::string name; bool if_exists = false; };
struct PartitionValue { std::string column; Value value; SourcePosition position; };  // a text as written, or NULL
struct InsertStatement {
  std::string table;
  std::vector<std::string> columns;   // empty: by position
  std::vector<PartitionValue> partition;  // PARTITION (p = 'x', …): columns that the query does not give
  std::vector<TableOption> options;   // of a hint: in the place of the table's own
  QueryText query;                    // SELECT … or VALUES …
  bool overwrite = false;
  SourcePosition position;
};
struct UseStatement {};  // of the one catalog or database that there is
struct StatementSet { std::vector<InsertStatement> inserts; };
struct ExplainStatement { std::vector<InsertStatement> inserts; QueryText query; };  // one of the two
// [NOT] LIKE 'pattern' of SHOW: % stands for any text, _ for one character; ILIKE is without regard to case.
struct NamePattern {
  std::string like;
  bool negated = false, ignores_case = false;
  bool fits(std::string_view name) const;
};
struct ShowStatement {
  std::string what;                    // "tables", "views", "functions", "catalogs", "databases", …, "create table", "create view"
  std::string name;                    // of the last two
  std::optional<NamePattern> pattern;  // of the others
};
struct DescribeStatement { std::string name; std::optional<NamePattern> columns; };  // SHOW COLUMNS has a pattern
struct QueryStatement { QueryText query; };                     // SELECT / WITH / VALUES

struct Statement {
  std::variant<SetStatement, ResetStatement, UseStatement, CreateTableStatement, CreateViewStatement, DropStatement, InsertStatement, StatementSet,
               ExplainStatement, ShowStatement, DescribeStatement, QueryStatement>
      body;
  std::string text;         // as written, without the semicolon
  SourcePosition position;
};

// Errors are invalid argument, and hold "line L, column C", the line itself and a caret under the place.
Result<std::vector<Statement>> parse_script(std::string_view text);

// Applies LIKE: the columns and, unless excluded, the options of the other table come first.
Result<TableDefinition> resolve_like(const CreateTableStatement& statement, const Catalog& catalog);

// A Flink type ("ROW<a INT, b STRING>", "DECIMAL(10, 2)", "TIMESTAMP_LTZ(3)", "ARRAY<INT>", "MAP<STRING, INT>", "BYTES" …).
struct ParsedType { LogicalType type; bool nullable = true; };
Result<ParsedType> parse_type(std::string_view text);
// The other way, for DESCRIBE and SHOW CREATE TABLE.
std::string type_to_flink(const LogicalType& type);

// The statement that declares the table or view, as SHOW CREATE TABLE gives it back.
std::string create_statement(const TableDefinition& table);
std::string create_statement(const ViewDefinition& view);

// "line 3, column 9:\n  SELECT x FRM t\n         ^" for a place in a text.
std::string show_place(std::string_view text, SourcePosition position);

}  // namespace deltastream::engine

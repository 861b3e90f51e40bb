#include "engine/front/create_parser.h"

#include <fmt/format.h>

#include "engine/front/names.h"
#include "engine/front/type_parser.h"

namespace deltastream::engine::front {
namespace {

// SQL text up to a ',' or ')' outside of parentheses: the expression of a computed column or of a watermark. A COMMENT 'text'
// at its end belongs to the column.
struct ExpressionText {
  std::string sql;
  std::string comment;
};
Result<ExpressionText> take_expression(TokenCursor& cursor) {
  const Token& first = cursor.peek();
  int depth = 0;
  ExpressionText result;
  while (true) {
    const Token& token = cursor.peek();
    bool symbol = token.kind == TokenKind::kSymbol;
    char c = symbol ? token.text[0] : '\0';
    if (token.kind == TokenKind::kEnd || c == ';') return cursor.unexpected("')' that closes the columns of the table");
    if (depth == 0 && (c == ',' || c == ')')) break;
    bool comment = depth == 0 && cursor.at_word("COMMENT") && cursor.at_string(1) && (cursor.at_symbol(',', 2) || cursor.at_symbol(')', 2));
    if (comment) break;
    if (c == '(' || c == '[' || c == '{') depth++;
    if (c == ')' || c == ']' || c == '}') depth--;
    if (depth < 0) return cursor.unexpected("an expression with its brackets in pairs");
    cursor.take();
  }
  if (&cursor.peek() == &first) return cursor.unexpected("an expression");
  result.sql = std::string(cursor.slice(first, cursor.previous()));
  if (cursor.accept("COMMENT")) result.comment = unquoted(cursor.take());
  return result;
}

class TableParser {
 public:
  explicit TableParser(TokenCursor& cursor) : cursor_(cursor) {}

  Result<CreateTableStatement> run() {
    SourcePosition position = cursor_.peek().position;
    statement_.table.temporary = cursor_.accept("TEMPORARY");
    DS_RETURN_IF_ERROR(cursor_.expect("TABLE"));
    statement_.if_not_exists = cursor_.accept({"IF", "NOT", "EXISTS"});
    statement_.table.position = cursor_.peek().position;
    DS_ASSIGN_OR_RETURN(statement_.table.name, take_table_name(cursor_, "the name of the table"));
    if (cursor_.at_symbol('(')) DS_RETURN_IF_ERROR(take_elements());
    DS_RETURN_IF_ERROR(take_clauses());
    if (statement_.like.empty()) DS_RETURN_IF_ERROR(check(position));
    return std::move(statement_);
  }

 private:
  TableDefinition& table() { return statement_.table; }

  Status check(SourcePosition position) {
    if (table().columns.empty()) return cursor_.unexpected("the columns of the table in parentheses, or LIKE");
    if (Status status = check_table(table()); !status.ok()) return cursor_.error_at(position, status.error().message());
    return {};
  }

  Status take_elements() {
    DS_RETURN_IF_ERROR(cursor_.expect_symbol('('));
    do {
      DS_RETURN_IF_ERROR(take_element());
    } while (cursor_.accept_symbol(','));
    if (cursor_.accept_symbol(')')) return {};
    const std::string& last = table().columns.empty() ? table().name : table().columns.back().name;
    return cursor_.unexpected(fmt::format("',' or ')' after '{}'", last), {"NOT", "METADATA", "PRIMARY", "COMMENT", "NULL"});
  }

  Status take_element() {
    if (cursor_.at_words({"WATERMARK", "FOR"})) return take_watermark();
    if (cursor_.at_words({"PRIMARY", "KEY"})) return take_primary_key();
    if (cursor_.at_word("CONSTRAINT") && cursor_.at_words({"PRIMARY", "KEY"}, 2)) {
      cursor_.take();
      cursor_.take();
      return take_primary_key();
    }
    if (cursor_.at_word("UNIQUE") && cursor_.at_symbol('(', 1)) return cursor_.unsupported_at(cursor_.peek().position, "UNIQUE keys");
    return take_column();
  }

  Status take_watermark() {
    SourcePosition position = cursor_.peek().position;
    if (table().watermark) return cursor_.error_at(position, "the table has a second WATERMARK");
    cursor_.take();
    cursor_.take();
    WatermarkDefinition watermark;
    watermark.position = position;
    DS_ASSIGN_OR_RETURN(watermark.column, cursor_.expect_name("the name of the watermark's column"));
    if (!cursor_.accept("AS")) return cursor_.unexpected("AS after the watermark's column", {"AS"});
    DS_ASSIGN_OR_RETURN(ExpressionText expression, take_expression(cursor_));
    watermark.expression = std::move(expression.sql);
    table().watermark = std::move(watermark);
    return {};
  }

  Status set_primary_key(SourcePosition position, std::vector<std::string> columns) {
    if (!table().primary_key.empty()) return cursor_.error_at(position, "the table has a second PRIMARY KEY");
    table().primary_key = std::move(columns);
    return {};
  }

  Status take_not_enforced() {
    if (cursor_.accept({"NOT", "ENFORCED"})) return {};
    return cursor_.unexpected("NOT ENFORCED after PRIMARY KEY (as in Flink, keys of streams are not checked)", {"NOT", "ENFORCED"});
  }

  Status take_primary_key() {
    SourcePosition position = cursor_.peek().position;
    cursor_.take();
    cursor_.take();
    DS_ASSIGN_OR_RETURN(std::vector<std::string> columns, cursor_.expect_names("the name of a key column"));
    DS_RETURN_IF_ERROR(take_not_enforced());
    return set_primary_key(position, std::move(columns));
  }

  Status take_column() {
    ColumnDefinition column;
    column.position = cursor_.peek().position;
    DS_ASSIGN_OR_RETURN(column.name, cursor_.expect_name("the name of a column"));
    if (cursor_.accept("AS")) {
      column.kind = ColumnKind::kComputed;
      DS_ASSIGN_OR_RETURN(ExpressionText expression, take_expression(cursor_));
      column.expression = std::move(expression.sql);
      column.comment = std::move(expression.comment);
    } else {
      const Token& first = cursor_.peek();
      DS_ASSIGN_OR_RETURN(ParsedType parsed, take_type(cursor_));
      column.declared_type = std::string(cursor_.slice(first, cursor_.previous()));
      column.type = std::move(parsed.type);
      column.nullable = parsed.nullable;
      DS_RETURN_IF_ERROR(take_column_clauses(column));
    }
    table().columns.push_back(std::move(column));
    return {};
  }

  // METADATA, PRIMARY KEY, COMMENT, in any order.
  Status take_column_clauses(ColumnDefinition& column) {
    while (true) {
      const Token& token = cursor_.peek();
      if (cursor_.accept("METADATA")) {
        column.kind = ColumnKind::kMetadata;
        column.metadata_key = column.name;
        if (cursor_.accept("FROM")) {
          DS_ASSIGN_OR_RETURN(column.metadata_key, cursor_.expect_string("the metadata key"));
        }
        column.metadata_virtual = cursor_.accept("VIRTUAL");
      } else if (cursor_.at_words({"PRIMARY", "KEY"}) || (cursor_.at_word("CONSTRAINT") && cursor_.at_words({"PRIMARY", "KEY"}, 2))) {
        for (size_t words = cursor_.at_word("CONSTRAINT") ? 4 : 2; words > 0; words--) cursor_.take();
        DS_RETURN_IF_ERROR(take_not_enforced());
        DS_RETURN_IF_ERROR(set_primary_key(token.position, {column.name}));
      } else if (cursor_.accept("COMMENT")) {
        DS_ASSIGN_OR_RETURN(column.comment, cursor_.expect_string("the comment"));
      } else if (cursor_.at_word("DEFAULT") || cursor_.at_word("CHECK") || cursor_.at_word("UNIQUE")) {
        return cursor_.unsupported_at(token.position, fmt::format("{} on a column", token.text));
      } else {
        return {};
      }
    }
  }

  // COMMENT, PARTITIONED BY, WITH, LIKE behind the columns.
  Status take_clauses() {
    while (true) {
      const Token& token = cursor_.peek();
      if (cursor_.accept("COMMENT")) {
        DS_ASSIGN_OR_RETURN(table().comment, cursor_.expect_string("the comment"));
      } else if (cursor_.accept("PARTITIONED")) {
        DS_RETURN_IF_ERROR(cursor_.expect("BY"));
        DS_ASSIGN_OR_RETURN(table().partitioned_by, cursor_.expect_names("the name of a partition column"));
      } else if (cursor_.accept("WITH")) {
        DS_RETURN_IF_ERROR(take_options());
      } else if (cursor_.accept("LIKE")) {
        DS_RETURN_IF_ERROR(take_like());
      } else if (cursor_.at_word("AS")) {
        return cursor_.unsupported_at(token.position, "CREATE TABLE … AS SELECT (declare the columns and INSERT INTO the table)");
      } else if (cursor_.at_word("DISTRIBUTED")) {
        return cursor_.unsupported_at(token.position, "DISTRIBUTED BY");
      } else if (cursor_.at_end() || cursor_.at_symbol(';')) {
        return {};
      } else {
        return cursor_.unexpected("WITH, PARTITIONED BY, COMMENT, LIKE or ';'", {"WITH", "PARTITIONED", "COMMENT", "LIKE"});
      }
    }
  }

  Status take_options() {
    DS_RETURN_IF_ERROR(cursor_.expect_symbol('('));
    do {
      TableOption option;
      option.position = cursor_.peek().position;
      DS_ASSIGN_OR_RETURN(option.key, cursor_.expect_string("the key of an option"));
      if (table().find_option(option.key)) return cursor_.error_at(option.position, fmt::format("the option '{}' stands twice", option.key));
      if (!cursor_.accept_symbol('=')) return cursor_.unexpected(fmt::format("'=' after '{}'", option.key));
      DS_ASSIGN_OR_RETURN(option.value, cursor_.expect_string(fmt::format("the value of '{}'", option.key)));
      table().options.push_back(std::move(option));
    } while (cursor_.accept_symbol(','));
    if (!cursor_.accept_symbol(')')) return cursor_.unexpected("',' or ')' after the option");
    return {};
  }

  Status take_like() {
    DS_ASSIGN_OR_RETURN(statement_.like, take_table_name(cursor_, "the name of the table to be like"));
    if (!cursor_.accept_symbol('(')) return {};
    while (!cursor_.accept_symbol(')')) {
      std::string how, what;
      for (std::string_view word : {"INCLUDING", "EXCLUDING", "OVERWRITING"}) {
        if (how.empty() && cursor_.accept(word)) how = word;
      }
      if (how.empty()) return cursor_.unexpected("INCLUDING, EXCLUDING, OVERWRITING or ')'", {"INCLUDING", "EXCLUDING", "OVERWRITING"});
      for (std::string_view word : {"ALL", "CONSTRAINTS", "DISTRIBUTION", "GENERATED", "METADATA", "OPTIONS", "PARTITIONS", "WATERMARKS"}) {
        if (what.empty() && cursor_.accept(word)) what = word;
      }
      if (what.empty()) {
        return cursor_.unexpected("ALL, CONSTRAINTS, DISTRIBUTION, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS",
                                  {"ALL", "CONSTRAINTS", "DISTRIBUTION", "GENERATED", "METADATA", "OPTIONS", "PARTITIONS", "WATERMARKS"});
      }
      if (what == "DISTRIBUTION") continue;  // no table has one (DISTRIBUTED BY)
      statement_.like_options.push_back(how + " " + what);
    }
    return {};
  }

  TokenCursor& cursor_;
  CreateTableStatement statement_;
};

}  // namespace

Result<CreateTableStatement> take_create_table(TokenCursor& cursor) { return TableParser(cursor).run(); }

Result<CreateViewStatement> take_create_view(TokenCursor& cursor) {
  CreateViewStatement statement;
  cursor.accept("TEMPORARY");
  DS_RETURN_IF_ERROR(cursor.expect("VIEW"));
  statement.if_not_exists = cursor.accept({"IF", "NOT", "EXISTS"});
  DS_ASSIGN_OR_RETURN(statement.view.name, take_table_name(cursor, "the name of the view"));
  if (cursor.at_symbol('(')) {
    DS_ASSIGN_OR_RETURN(statement.view.columns, cursor.expect_names("the name of a column"));
  }
  if (cursor.accept("COMMENT")) {
    DS_ASSIGN_OR_RETURN([[maybe_unused]] std::string comment, cursor.expect_string("the comment"));
  }
  if (!cursor.accept("AS")) return cursor.unexpected("AS and the query of the view", {"AS"});
  DS_ASSIGN_OR_RETURN(QueryText query, take_query(cursor));
  statement.view.query = std::move(query.sql);
  statement.view.position = query.position;
  return statement;
}

Result<std::string> take_table_name(TokenCursor& cursor, std::string_view what) {
  SourcePosition position = cursor.peek().position;
  std::vector<std::string> parts;
  do {
    DS_ASSIGN_OR_RETURN(std::string part, cursor.expect_name(what));
    parts.push_back(std::move(part));
  } while (cursor.accept_symbol('.'));
  bool known = parts.size() == 1 || (parts.size() == 2 && same_word(parts[0], "default_database")) ||
               (parts.size() == 3 && same_word(parts[0], "default_catalog") && same_word(parts[1], "default_database"));
  if (!known) return cursor.unsupported_at(position, "catalogs and databases (write the table's name alone)");
  return parts.back();
}

bool at_query(const TokenCursor& cursor) {
  return cursor.at_word("SELECT") || cursor.at_word("WITH") || cursor.at_word("VALUES") || cursor.at_symbol('(');
}

Result<QueryText> take_query(TokenCursor& cursor) {
  if (!at_query(cursor)) return cursor.unexpected("a query (SELECT, WITH or VALUES)", {"SELECT", "WITH", "VALUES"});
  const Token& first = cursor.peek();
  while (!cursor.at_end() && !cursor.at_symbol(';')) {
    if (cursor.at_words({"ON", "CONFLICT", "DO"})) return cursor.unsupported_at(cursor.peek().position, "ON CONFLICT");
    cursor.take();
  }
  return QueryText{std::string(cursor.slice(first, cursor.previous())), first.position};
}

}  // namespace deltastream::engine::front

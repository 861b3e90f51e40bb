#pragma once
// Words, names, texts, numbers and symbols of batch SQL by DuckDB's lexical rules, and the backquoted names that it lacks.
// Pure functions; tokens point into the text, which must outlive them.

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace deltastream::engine::batch {

enum class SqlTokenKind { kWord, kQuotedName, kBackquotedName, kString, kNumber, kSymbol };

struct SqlToken {
  SqlTokenKind kind;
  std::string_view text;  // as written, with its quotes
  size_t offset = 0;      // in bytes

  bool is_word(std::string_view word) const;      // without regard to case
  bool is_symbol(char symbol) const { return kind == SqlTokenKind::kSymbol && text[0] == symbol; }
  bool is_name() const { return kind == SqlTokenKind::kWord || kind == SqlTokenKind::kQuotedName || kind == SqlTokenKind::kBackquotedName; }
  // The name or text that is meant: quotes off, doubled quotes single.
  std::string unquoted() const;
};

// The tokens without comments. Invalid argument, with the place, for a quote or comment that is never closed.
Result<std::vector<SqlToken>> tokenize_sql(std::string_view sql);

// "line 2, column 5:" with the line and a caret, for a byte of the text.
std::string show_offset(std::string_view sql, size_t offset);

}  // namespace deltastream::engine::batch

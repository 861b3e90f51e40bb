#pragma once
// Words, strings, numbers and symbols of a script by Flink's lexical rules: `quoted name`, 'text' with '' inside,
// -- and /* */ comments, hints. Pure functions; tokens point into the script, which must outlive them.

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "engine/catalog.h"

namespace deltastream::engine::front {

enum class TokenKind {
  kWord,
  kQuotedName,    // `a name`
  kString,        // 'text'
  kDoubleQuoted,  // "x": only inside queries, where DuckDB takes it as a name
  kNumber,
  kSymbol,        // one character
  kHint,          // /*+ … */
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  // as written, with its quotes
  size_t offset = 0;      // in bytes
  SourcePosition position;
};

// The tokens without comments, and kEnd as the last. Errors name the place: an open quote or comment, bytes that are not UTF-8.
Result<std::vector<Token>> tokenize(std::string_view script);

// What the token means: quotes off, doubled quotes single.
std::string unquoted(const Token& token);

// Keywords are compared without regard to case.
bool same_word(std::string_view a, std::string_view b);

// The length of the UTF-8 sequence at the front of `text`, or 0 when it is none.
size_t utf8_length(std::string_view text);

}  // namespace deltastream::engine::front

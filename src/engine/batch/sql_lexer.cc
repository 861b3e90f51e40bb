#include "engine/batch/sql_lexer.h"

#include <algorithm>
#include <cctype>

#include "engine/script.h"

namespace deltastream::engine::batch {
namespace {

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_part(char c) { return is_letter(c) || is_digit(c) || c == '$'; }

// Walks the text; every skip_ function returns the offset behind what it skipped, or npos when that is never closed.
class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  Result<std::vector<SqlToken>> run() {
    std::vector<SqlToken> tokens;
    size_t at = 0;
    while (at < sql_.size()) {
      char c = sql_[at];
      if (std::isspace(static_cast<unsigned char>(c))) {
        at++;
        continue;
      }
      SqlTokenKind kind = SqlTokenKind::kSymbol;
      const char* what = "comment";
      bool comment = false;
      size_t end = at + 1;
      if (c == '-' && peek(at + 1) == '-') {
        comment = true;
        end = std::min(sql_.find('\n', at), sql_.size());
      } else if (c == '/' && peek(at + 1) == '*') {
        comment = true;
        end = skip_comment(at);
      } else if (c == '\'' || c == '"' || c == '`') {
        kind = c == '\'' ? SqlTokenKind::kString : c == '"' ? SqlTokenKind::kQuotedName : SqlTokenKind::kBackquotedName;
        what = c == '\'' ? "text" : "quoted name";
        end = skip_quoted(at, c, false);
      } else if ((c == 'e' || c == 'E') && peek(at + 1) == '\'') {
        kind = SqlTokenKind::kString;
        what = "text";
        end = skip_quoted(at + 1, '\'', true);
      } else if (c == '$' && dollar_tag(at) > 0) {
        kind = SqlTokenKind::kString;
        what = "text";
        end = skip_dollar_quoted(at);
      } else if (is_letter(c)) {
        kind = SqlTokenKind::kWord;
        while (end < sql_.size() && is_word_part(sql_[end])) end++;
      } else if (is_digit(c) || (c == '.' && is_digit(peek(at + 1)))) {
        kind = SqlTokenKind::kNumber;
        while (end < sql_.size() && (is_word_part(sql_[end]) || sql_[end] == '.')) end++;
      }
      if (end == std::string_view::npos) {
        return invalid_argument("a " + std::string(what) + " is never closed, " + show_offset(sql_, at));
      }
      if (!comment) tokens.push_back({kind, sql_.substr(at, end - at), at});
      at = end;
    }
    return tokens;
  }

 private:
  char peek(size_t at) const { return at < sql_.size() ? sql_[at] : '\0'; }

  // Comments nest, as in PostgreSQL.
  size_t skip_comment(size_t at) const {
    int depth = 0;
    while (at + 1 < sql_.size()) {
      if (sql_[at] == '/' && sql_[at + 1] == '*') {
        depth++;
        at += 2;
      } else if (sql_[at] == '*' && sql_[at + 1] == '/') {
        at += 2;
        if (--depth == 0) return at;
      } else {
        at++;
      }
    }
    return std::string_view::npos;
  }

  size_t skip_quoted(size_t at, char quote, bool backslash) const {
    for (at++; at < sql_.size(); at++) {
      if (backslash && sql_[at] == '\\') {
        at++;
      } else if (sql_[at] == quote) {
        if (peek(at + 1) != quote) return at + 1;
        at++;
      }
    }
    return std::string_view::npos;
  }

  // Length of "$tag$" at the place, 0 when there is none.
  size_t dollar_tag(size_t at) const {
    size_t end = at + 1;
    while (end < sql_.size() && (is_letter(sql_[end]) || (end > at + 1 && is_digit(sql_[end])))) end++;
    return peek(end) == '$' ? end + 1 - at : 0;
  }
  size_t skip_dollar_quoted(size_t at) const {
    std::string_view tag = sql_.substr(at, dollar_tag(at));
    size_t end = sql_.find(tag, at + tag.size());
    return end == std::string_view::npos ? end : end + tag.size();
  }

  std::string_view sql_;
};

}  // namespace

bool SqlToken::is_word(std::string_view word) const {
  if (kind != SqlTokenKind::kWord || text.size() != word.size()) return false;
  for (size_t i = 0; i < word.size(); i++) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != std::tolower(static_cast<unsigned char>(word[i]))) return false;
  }
  return true;
}

std::string SqlToken::unquoted() const {
  char quote = text.front();
  if (quote != '\'' && quote != '"' && quote != '`') return std::string(text);
  std::string result;
  for (size_t i = 1; i + 1 < text.size(); i++) {
    result += text[i];
    if (text[i] == quote) i++;
  }
  return result;
}

Result<std::vector<SqlToken>> tokenize_sql(std::string_view sql) { return Lexer(sql).run(); }

std::string show_offset(std::string_view sql, size_t offset) {
  SourcePosition position{1, 1};
  for (size_t i = 0; i < std::min(offset, sql.size()); i++) {
    if (sql[i] == '\n') {
      position.line++;
      position.column = 1;
    } else if ((sql[i] & 0xC0) != 0x80) {  // a character's first byte
      position.column++;
    }
  }
  return show_place(sql, position);
}

}  // namespace deltastream::engine::batch

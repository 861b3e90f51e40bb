#include "engine/front/token.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "engine/script.h"

namespace deltastream::engine::front {
namespace {

// A script is read as a whole and its tokens are kept; what is larger than this is no pipeline file.
constexpr size_t kMaxScriptBytes = 64u << 20;

bool starts_word(unsigned char c) { return std::isalpha(c) || c == '_' || c >= 0x80; }
bool continues_word(unsigned char c) { return starts_word(c) || std::isdigit(c) || c == '$'; }

class Lexer {
 public:
  explicit Lexer(std::string_view script) : script_(script) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> tokens;
    while (true) {
      DS_RETURN_IF_ERROR(skip_blank());
      Token token;
      token.offset = at_;
      token.position = position_;
      if (at_ < script_.size()) {
        DS_ASSIGN_OR_RETURN(token.kind, read());
      }
      token.text = script_.substr(token.offset, at_ - token.offset);
      tokens.push_back(token);
      if (token.kind == TokenKind::kEnd) return tokens;
    }
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < script_.size() ? script_[at_ + ahead] : '\0'; }

  // Takes one byte; a column is one character, however many bytes it has.
  void take() {
    auto c = static_cast<unsigned char>(script_[at_++]);
    if (c == '\n') {
      position_.line++;
      position_.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      position_.column++;
    }
  }
  void take(size_t count) {
    while (count-- > 0 && at_ < script_.size()) take();
  }

  Error error(SourcePosition where, std::string_view what) const {
    return invalid_argument(fmt::format("{} at {}", what, show_place(script_, where)));
  }

  // Blanks and comments, but not hints.
  Status skip_blank() {
    while (at_ < script_.size()) {
      if (std::isspace(static_cast<unsigned char>(peek()))) {
        take();
      } else if (peek() == '-' && peek(1) == '-') {
        while (at_ < script_.size() && peek() != '\n') take();
      } else if (peek() == '/' && peek(1) == '*' && peek(2) != '+') {
        DS_RETURN_IF_ERROR(take_block("this comment has no '*/' at its end"));
      } else {
        break;
      }
    }
    return {};
  }

  Status take_block(std::string_view open_message) {
    SourcePosition start = position_;
    size_t end = script_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return error(start, open_message);
    take(end + 2 - at_);
    return {};
  }

  Result<TokenKind> read() {
    char c = peek();
    if (c == '`') return read_quoted('`', TokenKind::kQuotedName, "this name has no closing backtick (`)");
    if (c == '\'') return read_quoted('\'', TokenKind::kString, "this text has no closing quote (')");
    if (c == '"') return read_quoted('"', TokenKind::kDoubleQuoted, "this name has no closing double quote (\")");
    if (c == '/' && peek(1) == '*') {
      DS_RETURN_IF_ERROR(take_block("this hint has no '*/' at its end"));
      return TokenKind::kHint;
    }
    if (starts_word(static_cast<unsigned char>(c))) {
      while (at_ < script_.size() && continues_word(static_cast<unsigned char>(peek()))) take();
      return TokenKind::kWord;
    }
    if (std::isdigit(static_cast<unsigned char>(c))) return read_number();
    take();
    return TokenKind::kSymbol;
  }

  Result<TokenKind> read_quoted(char quote, TokenKind kind, std::string_view open_message) {
    SourcePosition start = position_;
    take();
    while (at_ < script_.size()) {
      if (peek() == quote && peek(1) != quote) {
        take();
        return kind;
      }
      take(peek() == quote ? 2 : 1);
    }
    return error(start, open_message);
  }

  Result<TokenKind> read_number() {
    auto digits = [this] {
      while (std::isdigit(static_cast<unsigned char>(peek()))) take();
    };
    digits();
    if (peek() == '.' && std::isdigit(static_cast<unsigned char>(peek(1)))) {
      take();
      digits();
    }
    size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() == 'e' || peek() == 'E') && std::isdigit(static_cast<unsigned char>(peek(1 + sign)))) {
      take(1 + sign);
      digits();
    }
    return TokenKind::kNumber;
  }

  std::string_view script_;
  size_t at_ = 0;
  SourcePosition position_{1, 1};
};

// Names the first byte that is no UTF-8. A zero byte is refused as well: what reads text up to it would see another statement.
Status check_utf8(std::string_view script) {
  SourcePosition position{1, 1};
  for (size_t at = 0; at < script.size();) {
    size_t length = utf8_length(script.substr(at));
    if (length == 0 || script[at] == '\0') {
      return invalid_argument(fmt::format("the text is not UTF-8: byte 0x{:02X} at line {}, column {}",
                                          static_cast<unsigned char>(script[at]), position.line, position.column));
    }
    if (script[at] == '\n') {
      position.line++;
      position.column = 1;
    } else {
      position.column++;
    }
    at += length;
  }
  return {};
}

}  // namespace

size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and what lies past U+10FFFF.
  auto second = static_cast<unsigned char>(length > 1 ? text[1] : 0);
  bool wrong = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
               (lead == 0xF4 && second > 0x8F);
  return wrong ? 0 : length;
}

Result<std::vector<Token>> tokenize(std::string_view script) {
  if (script.size() > kMaxScriptBytes) {
    return invalid_argument(fmt::format("the text has {} bytes, a script may have {} at most", script.size(), kMaxScriptBytes));
  }
  DS_RETURN_IF_ERROR(check_utf8(script));
  return Lexer(script).run();
}

std::string unquoted(const Token& token) {
  bool quoted = token.kind == TokenKind::kQuotedName || token.kind == TokenKind::kString || token.kind == TokenKind::kDoubleQuoted;
  if (!quoted) return std::string(token.text);
  std::string value;
  char quote = token.text.front();
  std::string_view inside = token.text.substr(1, token.text.size() - 2);
  for (size_t i = 0; i < inside.size(); i++) {
    if (inside[i] == quote) i++;  // doubled
    value += inside[i];
  }
  return value;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace deltastream::engine::front

#include "engine/front/token_cursor.h"

#include <algorithm>

#include <fmt/format.h>

#include "common/suggest.h"

namespace deltastream::engine::front {
namespace {

// How a message names a token.
std::string named(const Token& token) {
  constexpr size_t kLongest = 40;
  if (token.kind == TokenKind::kEnd) return "the end of the text";
  std::string_view text = token.text;
  if (text.size() <= kLongest) return fmt::format("'{}'", text);
  size_t cut = kLongest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) cut--;  // not inside a character
  return fmt::format("'{}…'", text.substr(0, cut));
}

}  // namespace

const Token& TokenCursor::take() {
  const Token& token = peek();
  if (at_ + 1 < tokens_.size()) at_++;
  return token;
}

bool TokenCursor::at_word(std::string_view keyword, size_t ahead) const {
  return peek(ahead).kind == TokenKind::kWord && same_word(peek(ahead).text, keyword);
}

bool TokenCursor::at_words(std::initializer_list<std::string_view> keywords, size_t ahead) const {
  for (std::string_view keyword : keywords) {
    if (!at_word(keyword, ahead++)) return false;
  }
  return true;
}

bool TokenCursor::at_symbol(char symbol, size_t ahead) const {
  return peek(ahead).kind == TokenKind::kSymbol && peek(ahead).text[0] == symbol;
}

bool TokenCursor::accept(std::string_view keyword) { return accept({keyword}); }

bool TokenCursor::accept(std::initializer_list<std::string_view> keywords) {
  if (!at_words(keywords)) return false;
  for (size_t i = 0; i < keywords.size(); i++) take();
  return true;
}

bool TokenCursor::accept_symbol(char symbol) {
  if (!at_symbol(symbol)) return false;
  take();
  return true;
}

Status TokenCursor::expect(std::string_view keyword) {
  if (!accept(keyword)) return unexpected(keyword, {keyword});
  return {};
}

Status TokenCursor::expect(std::initializer_list<std::string_view> keywords) {
  for (std::string_view keyword : keywords) DS_RETURN_IF_ERROR(expect(keyword));
  return {};
}

Status TokenCursor::expect_symbol(char symbol) {
  if (!accept_symbol(symbol)) return unexpected(fmt::format("'{}'", symbol));
  return {};
}

Result<std::string> TokenCursor::expect_name(std::string_view what) {
  if (peek().kind == TokenKind::kDoubleQuoted) {
    return error_at(peek().position, fmt::format("{} is quoted with backticks (`), not with double quotes,", what));
  }
  if (peek().kind != TokenKind::kWord && peek().kind != TokenKind::kQuotedName) return unexpected(what);
  std::string name = unquoted(peek());
  if (name.empty()) return error_at(peek().position, fmt::format("{} is empty", what));
  take();
  return name;
}

Result<std::string> TokenCursor::expect_string(std::string_view what) {
  if (!at_string()) return unexpected(fmt::format("{} in single quotes", what));
  return unquoted(take());
}

Result<uint32_t> TokenCursor::expect_number(std::string_view what, uint32_t least, uint32_t most) {
  const Token& token = peek();
  if (token.kind != TokenKind::kNumber) return unexpected(what);
  bool whole = std::all_of(token.text.begin(), token.text.end(), [](char c) { return c >= '0' && c <= '9'; });
  uint64_t value = 0;
  for (char c : token.text) value = std::min<uint64_t>(value * 10 + static_cast<uint64_t>(c - '0'), UINT32_MAX);
  if (!whole || value < least || value > most) {
    return error_at(token.position, fmt::format("{} must be from {} to {}, not {},", what, least, most, named(token)));
  }
  take();
  return static_cast<uint32_t>(value);
}

Result<std::vector<std::string>> TokenCursor::expect_names(std::string_view what) {
  std::vector<std::string> names;
  DS_RETURN_IF_ERROR(expect_symbol('('));
  do {
    DS_ASSIGN_OR_RETURN(std::string name, expect_name(what));
    names.push_back(std::move(name));
  } while (accept_symbol(','));
  if (!accept_symbol(')')) return unexpected("',' or ')'");
  return names;
}

Error TokenCursor::unexpected(std::string_view expected, std::initializer_list<std::string_view> keywords) const {
  return unexpected(expected, std::vector<std::string>(keywords.begin(), keywords.end()));
}

Error TokenCursor::unexpected(std::string_view expected, const std::vector<std::string>& keywords) const {
  std::string nearest = peek().kind == TokenKind::kWord ? nearest_name(peek().text, keywords) : "";
  std::string hint = nearest.empty() || same_word(nearest, peek().text) ? "" : fmt::format(" (did you mean {}?)", nearest);
  return error_at(peek().position, fmt::format("expected {}, found {}{}", expected, named(peek()), hint));
}

Error TokenCursor::error_at(SourcePosition position, std::string_view message) const {
  return invalid_argument(fmt::format("{} at {}", message, show_place(script_, position)));
}

Error TokenCursor::placed(const Error& error, SourcePosition position) const {
  return {error.kind(), fmt::format("{} at {}", error.message(), show_place(script_, position))};
}

Error TokenCursor::unsupported_at(SourcePosition position, std::string_view message) const {
  return unsupported(fmt::format("{} at {}", message, show_place(script_, position)));
}

std::string_view TokenCursor::slice(const Token& first, const Token& last) const {
  return script_.substr(first.offset, last.offset + last.text.size() - first.offset);
}

}  // namespace deltastream::engine::front

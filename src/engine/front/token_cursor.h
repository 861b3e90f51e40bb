#pragma once
// Walks over the tokens of a script: look ahead, accept, expect. Every expectation that fails becomes an error that says what was
// expected, what is there, which keyword was probably meant, and where. One thread.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "engine/front/token.h"
#include "engine/script.h"

namespace deltastream::engine::front {

class TokenCursor {
 public:
  // `tokens` end with kEnd, as tokenize() makes them.
  TokenCursor(std::string_view script, std::vector<Token> tokens) : script_(script), tokens_(std::move(tokens)) {}

  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  // The token at the cursor; the cursor goes on, but never past the end.
  const Token& take();
  // The token before the cursor.
  const Token& previous() const { return tokens_[at_ == 0 ? 0 : at_ - 1]; }
  bool at_end() const { return peek().kind == TokenKind::kEnd; }
  bool at_word(std::string_view keyword, size_t ahead = 0) const;
  bool at_words(std::initializer_list<std::string_view> keywords, size_t ahead = 0) const;
  bool at_symbol(char symbol, size_t ahead = 0) const;
  bool at_string(size_t ahead = 0) const { return peek(ahead).kind == TokenKind::kString; }

  bool accept(std::string_view keyword);
  bool accept(std::initializer_list<std::string_view> keywords);  // all or none
  bool accept_symbol(char symbol);

  Status expect(std::string_view keyword);
  Status expect(std::initializer_list<std::string_view> keywords);
  Status expect_symbol(char symbol);
  Result<std::string> expect_name(std::string_view what);     // a word or `quoted`
  Result<std::string> expect_string(std::string_view what);
  Result<uint32_t> expect_number(std::string_view what, uint32_t least, uint32_t most);
  // ( name, name … ) with at least one name.
  Result<std::vector<std::string>> expect_names(std::string_view what);

  // "expected X, found 'y' at line …"; `keywords` are what a misspelt word is compared with.
  Error unexpected(std::string_view expected, std::initializer_list<std::string_view> keywords = {}) const;
  Error unexpected(std::string_view expected, const std::vector<std::string>& keywords) const;
  Error error_at(SourcePosition position, std::string_view message) const;
  Error unsupported_at(SourcePosition position, std::string_view message) const;
  // An error that does not know its place.
  Error placed(const Error& error, SourcePosition position) const;

  // The script between the first and the last token, both included.
  std::string_view slice(const Token& first, const Token& last) const;

 private:
  std::string_view script_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

}  // namespace deltastream::engine::front

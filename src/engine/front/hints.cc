#include "engine/front/hints.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace deltastream::engine::front {
namespace {

// The tokens between /*+ and */.
Result<std::vector<Token>> inside(const Token& hint) { return tokenize(hint.text.substr(3, hint.text.size() - 5)); }

bool is_symbol(const Token& token, char c) { return token.kind == TokenKind::kSymbol && token.text[0] == c; }

}  // namespace

Result<std::vector<TableOption>> table_hint(const Token& hint) {
  DS_ASSIGN_OR_RETURN(std::vector<Token> tokens, inside(hint));
  if (tokens[0].kind != TokenKind::kWord || !same_word(tokens[0].text, "OPTIONS")) {
    return unsupported(fmt::format("the hint {} on a table (OPTIONS is)", tokens[0].kind == TokenKind::kEnd ? "without a name" : std::string(tokens[0].text)));
  }
  const Error wrong = invalid_argument("a hint of options is written as /*+ OPTIONS('key' = 'value', …) */");
  std::vector<TableOption> options;
  size_t at = 1;
  auto take = [&](char symbol) { return is_symbol(tokens[at], symbol) && ++at; };
  if (!take('(')) return wrong;
  do {
    if (tokens.size() < at + 4 || tokens[at].kind != TokenKind::kString || !is_symbol(tokens[at + 1], '=') || tokens[at + 2].kind != TokenKind::kString) return wrong;
    options.push_back({unquoted(tokens[at]), unquoted(tokens[at + 2]), hint.position});
    at += 3;
  } while (take(','));
  if (!take(')') || tokens[at].kind != TokenKind::kEnd) return wrong;
  return options;
}

Status check_query_hint(const Token& hint) {
  static constexpr std::array<std::string_view, 4> kHowToJoin{"BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP"};
  DS_ASSIGN_OR_RETURN(std::vector<Token> tokens, inside(hint));
  int depth = 0;
  for (const Token& token : tokens) {
    depth += is_symbol(token, '(') ? 1 : is_symbol(token, ')') ? -1 : 0;
    if (depth > 0 || token.kind != TokenKind::kWord) continue;
    if (std::none_of(kHowToJoin.begin(), kHowToJoin.end(), [&](std::string_view known) { return same_word(token.text, known); })) {
      return unsupported(fmt::format("the hint {}", token.text));
    }
  }
  return {};
}

}  // namespace deltastream::engine::front

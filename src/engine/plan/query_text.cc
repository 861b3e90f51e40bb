#include "engine/plan/query_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/front/hints.h"
#include "engine/front/token.h"
#include "engine/plan/interval_text.h"
#include "engine/script.h"

namespace deltastream::engine::plan {
namespace {

using front::same_word;
using front::Token;
using front::TokenKind;

class Rewriter {
 public:
  Rewriter(std::string_view text, std::vector<Token> tokens, const Places& places, size_t base)
      : text_(text), tokens_(std::move(tokens)), places_(places), base_(base) {}

  Result<RewrittenText> run() {
    while (peek().kind != TokenKind::kEnd) {
      DS_RETURN_IF_ERROR(step());
    }
    return std::move(out_);
  }

 private:
  // What an open bracket means for its end.
  enum class Bracket { kPlain, kDropped, kCast, kMap, kRound, kJsonObject, kJsonPath };

  const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool word(std::string_view keyword, size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::kWord && same_word(peek(ahead).text, keyword);
  }
  bool symbol(char c, size_t ahead = 0) const { return peek(ahead).kind == TokenKind::kSymbol && peek(ahead).text[0] == c; }
  bool name(size_t ahead) const { return peek(ahead).kind == TokenKind::kWord || peek(ahead).kind == TokenKind::kQuotedName; }

  Error error(const Token& token, ErrorKind kind, std::string_view what) const {
    return {kind, fmt::format("{} at {}", what, places_.show(base_ + token.offset))};
  }

  // Appends text that stands for `token`. A gap before the token stays a gap; symbols that touch go on touching.
  void put(const Token& token, std::string_view text) {
    if (token.offset > end_ && !out_.sql.empty()) out_.sql += ' ';
    out_.offsets.emplace_back(out_.sql.size(), token.offset);
    out_.sql += text;
    end_ = token.offset + token.text.size();
  }
  void pass() {
    put(peek(), peek().text);
    at_++;
  }
  // Leaves the token out; what follows does not touch what came before.
  void drop() {
    at_++;
    end_ = 0;
  }

  Status step() {
    const Token& token = peek();
    switch (token.kind) {
      case TokenKind::kHint: return step_hint();
      case TokenKind::kQuotedName: {
        std::string quoted = "\"";
        for (char c : unquoted(token)) quoted += c == '"' ? "\"\"" : std::string(1, c);
        put(token, quoted + '"');
        at_++;
        return {};
      }
      case TokenKind::kSymbol: return step_symbol();
      case TokenKind::kWord: return step_word();
      default: pass(); return {};
    }
  }

  // Behind the name of a table its options; behind SELECT how to join.
  Status step_hint() {
    const Token& hint = peek();
    if (at_ > 0 && tokens_[at_ - 1].kind == TokenKind::kWord && same_word(tokens_[at_ - 1].text, "SELECT")) {
      Status known = front::check_query_hint(hint);
      if (!known.ok()) return error(hint, known.error().kind(), known.error().message());
    } else {
      auto options = front::table_hint(hint);
      if (!options.ok()) return error(hint, options.error().kind(), options.error().message());
      auto is_name = [&](size_t i) { return tokens_[i].kind == TokenKind::kWord || tokens_[i].kind == TokenKind::kQuotedName; };
      if (at_ == 0 || !is_name(at_ - 1)) return error(hint, ErrorKind::kInvalidArgument, "a hint of options stands behind the name of a table");
      size_t name = at_ - 1;
      while (name >= 2 && tokens_[name - 1].text == "." && is_name(name - 2)) name -= 2;
      out_.table_hints[tokens_[name].offset] = std::move(*options);
    }
    drop();
    return {};
  }

  Status step_symbol() {
    if (symbol('(') || symbol('[')) {
      brackets_.push_back(Bracket::kPlain);
    } else if ((symbol(')') || symbol(']')) && !brackets_.empty()) {
      Bracket bracket = brackets_.back();
      brackets_.pop_back();
      if (bracket == Bracket::kDropped) {
        drop();
        return {};
      }
      if (bracket == Bracket::kMap) {
        put(peek(), ")");
        at_++;
        return {};
      }
    }
    pass();
    return {};
  }

  Status step_word() {
    bool field = at_ > 0 && tokens_[at_ - 1].kind == TokenKind::kSymbol && tokens_[at_ - 1].text == ".";
    if (field) {
      pass();
      return {};
    }
    if (word("TABLE")) return step_table();
    if (word("INTERVAL")) return step_interval();
    if ((word("CAST") || word("TRY_CAST")) && symbol('(', 1)) return open(Bracket::kCast, 2);
    if ((word("FLOOR") || word("CEIL") || word("CEILING")) && symbol('(', 1)) return open(Bracket::kRound, 2);
    if (word("AS") && top() == Bracket::kCast) return step_type();
    if (word("TO") && top() == Bracket::kRound && name(1) && symbol(')', 2)) {
      put(peek(), ", '");
      at_++;
      out_.sql += fmt::format("{}'", peek().text);
      at_++;
      return {};
    }
    if (word("MAP") && symbol('[', 1)) {
      put(peek(), "__map_of(");
      at_ += 2;
      end_ = peek().offset;
      brackets_.push_back(Bracket::kMap);
      return {};
    }
    if (word("IS") && (word("JSON", 1) || (word("NOT", 1) && word("JSON", 2)))) return step_is_json();
    if (word("BETWEEN") && word("SYMMETRIC", 1)) {
      const bool negated = at_ > 0 && tokens_[at_ - 1].kind == TokenKind::kWord && same_word(tokens_[at_ - 1].text, "NOT");
      pass();
      out_.symmetric.insert(out_.offsets[out_.offsets.size() - (negated ? 2 : 1)].first);
      drop();
      return {};
    }
    if ((word("JSON_OBJECT") || word("JSON_OBJECTAGG")) && symbol('(', 1)) return open(Bracket::kJsonObject, 2);
    if (top() == Bracket::kJsonObject) return step_json_object();
    if ((word("JSON_VALUE") || word("JSON_QUERY") || word("JSON_EXISTS")) && symbol('(', 1)) return open(Bracket::kJsonPath, 2);
    if (top() == Bracket::kJsonPath) return step_json_path();
    if (word("MATCH_RECOGNIZE") && symbol('(', 1)) return error(peek(), ErrorKind::kUnsupported, "MATCH_RECOGNIZE");
    if (word("FOR") && word("SYSTEM_TIME", 1)) {
      return error(peek(), ErrorKind::kUnsupported, "FOR SYSTEM_TIME AS OF (join with a bounded table without it, or declare both as streams in Flink)");
    }
    pass();
    return {};
  }

  // JSON_VALUE(json, path [RETURNING type] [NULL ON EMPTY] [NULL ON ERROR]): the type goes along as an argument.
  Status step_json_path() {
    if (word("RETURNING")) {
      put(peek(), ", CAST(NULL");
      at_++;
      end_ = 0;
      out_.sql += " AS ";
      const Token& first = peek();
      pass();
      if (symbol('(')) {
        while (peek().kind != TokenKind::kEnd && !symbol(')')) pass();
        pass();
      }
      const Token& last = tokens_[at_ - 1];
      auto type = parse_type(text_.substr(first.offset, last.offset + last.text.size() - first.offset));
      if (!type.ok()) return error(first, type.error().kind(), "RETURNING in JSON_VALUE names no type");
      out_.sql += ')';
      return {};
    }
    for (std::string_view how : {"NULL", "ERROR", "FALSE", "TRUE", "UNKNOWN"}) {
      if (!word(how) || !word("ON", 1) || !(word("EMPTY", 2) || word("ERROR", 2))) continue;
      if (how != "NULL" && how != "FALSE") return error(peek(), ErrorKind::kUnsupported, fmt::format("{} ON {}", how, peek(2).text));
      for (int i = 0; i < 3; i++) drop();
      return {};
    }
    if (word("DEFAULT")) return error(peek(), ErrorKind::kUnsupported, "DEFAULT … ON EMPTY or ON ERROR (COALESCE gives a default)");
    if (word("WITH") || word("WITHOUT")) return error(peek(), ErrorKind::kUnsupported, "a WRAPPER of JSON_QUERY");
    pass();
    return {};
  }

  // JSON_OBJECT([KEY] key VALUE value, … [NULL ON NULL])
  Status step_json_object() {
    const bool first = at_ > 0 && (tokens_[at_ - 1].text == "(" || tokens_[at_ - 1].text == ",");
    const bool alone = symbol(',', 1) || symbol(')', 1) || symbol('.', 1) || symbol('|', 1) || word("VALUE", 1);
    if (word("KEY") && first && !alone) {
      drop();
    } else if (word("VALUE") && !first && separator_ + 1 != at_) {
      separator_ = at_;
      put(peek(), ",");
      at_++;
    } else if (word("NULL") && word("ON", 1) && word("NULL", 2)) {
      for (int i = 0; i < 3; i++) drop();
    } else if (word("ABSENT") && word("ON", 1) && word("NULL", 2)) {
      return error(peek(), ErrorKind::kUnsupported, "ABSENT ON NULL");
    } else {
      pass();
    }
    return {};
  }

  // x IS [NOT] JSON [VALUE | SCALAR | ARRAY | OBJECT]
  Status step_is_json() {
    const Token& start = peek();
    const bool negated = word("NOT", 1);
    at_ += negated ? 3 : 2;
    std::optional<JsonKind> kind;
    if (word("SCALAR")) kind = JsonKind::kScalar;
    if (word("ARRAY")) kind = JsonKind::kArray;
    if (word("OBJECT")) kind = JsonKind::kObject;
    if (kind || word("VALUE")) at_++;
    put(start, negated ? "IS NOT NULL" : "IS NULL");
    out_.json_tests.emplace_back(out_.offsets.back().first, kind);
    end_ = tokens_[at_ - 1].offset + tokens_[at_ - 1].text.size();
    return {};
  }

  Bracket top() const { return brackets_.empty() ? Bracket::kPlain : brackets_.back(); }
  Status open(Bracket bracket, size_t tokens) {
    for (size_t i = 0; i < tokens; i++) pass();
    brackets_.push_back(bracket);
    return {};
  }

  // TABLE( f(…) ) loses its shell; an argument TABLE t becomes a query in parentheses.
  Status step_table() {
    if (symbol('(', 1)) {
      put(peek(), "");
      at_ += 2;
      end_ = 0;
      brackets_.push_back(Bracket::kDropped);
      return {};
    }
    if (brackets_.empty() || !name(1)) {
      pass();
      return {};
    }
    put(peek(), "(TABLE");
    at_++;
    pass();
    while (symbol('.') && name(1)) {
      pass();
      pass();
    }
    if (peek().kind == TokenKind::kHint) DS_RETURN_IF_ERROR(step_hint());
    out_.sql += ')';
    if (word("PARTITION")) return error(peek(), ErrorKind::kUnsupported, "PARTITION BY in a window function");
    return {};
  }

  // CAST(… AS <type>): the type as DuckDB writes it.
  Status step_type() {
    pass();
    const Token& first = peek();
    size_t depth = 0;
    while (peek().kind != TokenKind::kEnd && !(depth == 0 && symbol(')'))) {
      if (symbol('(')) depth++;
      if (symbol(')')) depth--;
      at_++;
    }
    const Token& last = tokens_[at_ - 1];
    if (&last < &first) return {};  // CAST(x AS): DuckDB's parser says what is missing
    std::string_view written = text_.substr(first.offset, last.offset + last.text.size() - first.offset);
    auto parsed = parse_type(written);
    if (!parsed.ok()) {
      std::string message = parsed.error().message();
      return error(first, parsed.error().kind(), message.substr(0, message.find(" at line")));
    }
    put(first, parsed->type.ToString());
    end_ = last.offset + last.text.size();
    return {};
  }

  // INTERVAL '1:30' MINUTE TO SECOND and its kin become INTERVAL 'N microseconds' or 'N months'.
  Status step_interval() {
    size_t sign = symbol('-', 1) || symbol('+', 1) ? 1 : 0;
    const Token& value = peek(1 + sign);
    if (value.kind != TokenKind::kString || !name(2 + sign)) {
      pass();
      return {};
    }
    const Token& start = peek();
    bool negative = sign == 1 && symbol('-', 1);
    at_ += 2 + sign;
    std::string from(peek().text), to;
    at_++;
    skip_precision();
    if (word("TO")) {
      at_++;
      to = std::string(peek().text);
      at_++;
      skip_precision();
    }
    auto text = interval_text(unquoted(value), from, to, negative);
    if (!text.ok()) return error(value, ErrorKind::kInvalidArgument, text.error().message());
    put(start, *text);
    end_ = tokens_[at_ - 1].offset + tokens_[at_ - 1].text.size();
    return {};
  }
  void skip_precision() {
    if (!symbol('(')) return;
    while (peek().kind != TokenKind::kEnd && !symbol(')')) at_++;
    if (symbol(')')) at_++;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  const Places& places_;
  size_t base_;
  size_t at_ = 0;
  size_t end_ = 0;  // of the last token put
  size_t separator_ = SIZE_MAX - 1;  // the last VALUE between key and value
  std::vector<Bracket> brackets_;
  RewrittenText out_;
};

}  // namespace

size_t RewrittenText::original_offset(size_t offset) const {
  auto after = std::upper_bound(offsets.begin(), offsets.end(), offset, [](size_t o, const auto& pair) { return o < pair.first; });
  if (after == offsets.begin()) return 0;
  return std::prev(after)->second;
}

Result<RewrittenText> rewrite_query_text(std::string_view text, const Places& places, size_t base) {
  DS_ASSIGN_OR_RETURN(std::vector<Token> tokens, front::tokenize(text));
  return Rewriter(text, std::move(tokens), places, base).run();
}

}  // namespace deltastream::engine::plan

#include "engine/batch/from_sources.h"

#include <algorithm>

namespace deltastream::engine::batch {
namespace {

// Words that can follow a source and are no alias.
constexpr const char* kNoAlias[] = {"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT",  "JOIN",  "INNER",   "LEFT",  "RIGHT",     "FULL",  "CROSS",  "ON",
                                    "USING", "UNION", "SELECT", "SEMI", "ANTI",   "ASOF",  "NATURAL", "AT",    "TABLESAMPLE", "QUALIFY", "WINDOW", "EXCEPT"};

bool can_be_alias(const SqlToken& token) {
  return token.is_name() && std::none_of(std::begin(kNoAlias), std::end(kNoAlias), [&](const char* word) { return token.is_word(word); });
}

class Sources {
 public:
  Sources(std::string_view sql, const std::vector<SqlToken>& tokens) : sql_(sql), tokens_(tokens) {}

  std::vector<FromSource> run() {
    for (size_t at = 0; at < tokens_.size(); at++) {
      if (tokens_[at].is_word("FROM") || tokens_[at].is_word("JOIN")) take(at + 1);
    }
    return std::move(found_);
  }

 private:
  bool is_symbol(size_t at, char symbol) const { return at < tokens_.size() && tokens_[at].is_symbol(symbol); }

  // One source, and those behind commas.
  void take(size_t at) {
    FromSource source;
    size_t end = at;
    if (at >= tokens_.size()) return;
    if (tokens_[at].kind == SqlTokenKind::kString) {
      source.names_place = true;
      end = at + 1;
    } else if (tokens_[at].is_name()) {
      end = at + 1;
      while (is_symbol(end, '.') && end + 1 < tokens_.size() && tokens_[end + 1].is_name()) end += 2;
      source.alias = tokens_[end - 1].unquoted();
      if (is_symbol(end, '(')) {
        source.names_place = true;
        source.alias.clear();
        if (!close(end)) return;
      }
    } else {
      return;
    }
    if (end == tokens_.size() && tokens_[end - 1].offset + tokens_[end - 1].text.size() == sql_.size() && !source.names_place) return;
    source.text = sql_.substr(tokens_[at].offset, tokens_[end - 1].offset + tokens_[end - 1].text.size() - tokens_[at].offset);
    if (end < tokens_.size() && tokens_[end].is_word("AS")) end++;
    if (end < tokens_.size() && can_be_alias(tokens_[end])) source.alias = tokens_[end++].unquoted();
    found_.push_back(std::move(source));
    if (is_symbol(end, ',')) take(end + 1);
  }

  // From the opening parenthesis to behind the closing one.
  bool close(size_t& at) const {
    for (size_t depth = 0; at < tokens_.size(); at++) {
      if (tokens_[at].is_symbol('(')) depth++;
      if (tokens_[at].is_symbol(')') && --depth == 0) {
        at++;
        return true;
      }
    }
    return false;
  }

  const std::string_view sql_;
  const std::vector<SqlToken>& tokens_;
  std::vector<FromSource> found_;
};

}  // namespace

std::vector<FromSource> from_sources(std::string_view sql, const std::vector<SqlToken>& tokens) { return Sources(sql, tokens).run(); }

}  // namespace deltastream::engine::batch

#include "engine/batch/sql_rewrite.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/batch/offered_statements.h"
#include "engine/batch/sql_lexer.h"
#include "engine/delta_scan/object_file_system.h"

namespace deltastream::engine::batch {
namespace {

std::string quote(std::string_view text, char mark) {
  std::string result(1, mark);
  for (char c : text) {
    result += c;
    if (c == mark) result += mark;
  }
  return result + mark;
}

}  // namespace

// Copies the text from token to token and puts other words where a rule applies.
class Rewriter {
 public:
  Rewriter(std::string_view sql, std::vector<SqlToken> tokens) : sql_(sql), tokens_(std::move(tokens)) {}

  Result<RewrittenSql> run() {
    if (table_statement()) return finish();
    describe_query();
    attach_location();
    while (at_ < tokens_.size()) {
      if (is_path(at_)) {
        rewrite_path(at_ + 2);
      } else if (is_quoted_table(at_) && travel_at(at_ + 1)) {
        rewrite_path(at_);
      } else if (at_ > 0 && tokens_[at_ - 1].is_name() && travel_at(at_)) {
        Travel travel = *travel_at(at_);
        replace(tokens_[at_].offset, end_of(travel.last), "AT (" + travel.unit + " => " + travel.value + ")");
        at_ = travel.last + 1;
      } else if (is_timestamp_parameter(at_)) {
        replace(tokens_[at_].offset, end_of(at_), "\"timestamp\"");
        at_++;
      } else if (size_t last = metadata_field(at_)) {
        std::string column;
        for (size_t i = at_; i <= last; i++) column += plain(i);
        replace(tokens_[at_].offset, end_of(last), "(" + column + ")");
        at_ = last + 1;
      } else {
        if (tokens_[at_].kind == SqlTokenKind::kBackquotedName) replace(tokens_[at_].offset, end_of(at_), plain(at_));
        at_++;
      }
    }
    return finish();
  }

 private:
  // "VERSION AS OF 3": the tokens up to `last`.
  struct Travel {
    std::string unit;  // VERSION or TIMESTAMP
    std::string value;
    size_t last = 0;
  };

  const SqlToken* token(size_t i) const { return i < tokens_.size() ? &tokens_[i] : nullptr; }
  bool word(size_t i, std::string_view text) const { return i < tokens_.size() && tokens_[i].is_word(text); }
  bool symbol(size_t i, char c) const { return i < tokens_.size() && tokens_[i].is_symbol(c); }
  size_t end_of(size_t i) const { return tokens_[i].offset + tokens_[i].text.size(); }

  // The token as DuckDB spells it.
  std::string plain(size_t i) const {
    return tokens_[i].kind == SqlTokenKind::kBackquotedName ? quote(tokens_[i].unquoted(), '"') : std::string(tokens_[i].text);
  }

  // "timestamp => …" in a call: DuckDB takes the word for a type there.
  bool is_timestamp_parameter(size_t i) const {
    if (!word(i, "timestamp") || !symbol(i + 1, '=') || !symbol(i + 2, '>') || i < 2) return false;
    return symbol(i - 1, ',') || (symbol(i - 1, '(') && !word(i - 2, "at"));
  }

  // For "_metadata.x" and "t._metadata.x" the place of _metadata, else 0: DuckDB looks for fields of such columns only
  // when they stand in parentheses.
  size_t metadata_field(size_t i) const {
    if (i > 0 && symbol(i - 1, '.')) return 0;
    if (token(i) && tokens_[i].is_name() && symbol(i + 1, '.') && word(i + 2, "_metadata")) i += 2;
    bool field = word(i, "_metadata") && symbol(i + 1, '.') && token(i + 2) && tokens_[i + 2].is_name();
    return field ? i : 0;
  }

  bool is_path(size_t i) const {
    return word(i, "delta") && symbol(i + 1, '.') && i + 2 < tokens_.size() && tokens_[i + 2].kind == SqlTokenKind::kBackquotedName &&
           (i == 0 || !symbol(i - 1, '.'));
  }

  std::optional<Travel> travel_at(size_t i) const {
    if (word(i, "for")) i++;
    const bool version = word(i, "version") || word(i, "system_version");
    if ((!version && !word(i, "timestamp") && !word(i, "system_time")) || !word(i + 1, "as") || !word(i + 2, "of")) return std::nullopt;
    const size_t first = i + 3;
    std::optional<size_t> last = operand(symbol(first, '-') ? first + 1 : first);
    for (; last && (symbol(*last + 1, '+') || symbol(*last + 1, '-')); last = operand(*last + 2)) {}
    if (!last) return std::nullopt;
    return Travel{version ? "VERSION" : "TIMESTAMP", std::string(sql_.substr(tokens_[first].offset, end_of(*last) - tokens_[first].offset)), *last};
  }
  // The last token of a term that begins here: 3, '…', DATE '…', INTERVAL 3 DAY, now(), current_date, (…).
  std::optional<size_t> operand(size_t i) const {
    if (!token(i)) return std::nullopt;
    const SqlTokenKind kind = tokens_[i].kind;
    if (kind == SqlTokenKind::kNumber || kind == SqlTokenKind::kString) return i;
    if (word(i, "interval")) {
      const auto amount = operand(i + 1);
      if (!amount) return std::nullopt;
      const bool in_words = tokens_[*amount].kind == SqlTokenKind::kString && !unit_at(*amount + 1);
      return in_words ? amount : unit_at(*amount + 1) ? std::optional(*amount + 1) : std::nullopt;
    }
    if (kind == SqlTokenKind::kWord) {
      if (token(i + 1) && tokens_[i + 1].kind == SqlTokenKind::kString) return i + 1;
      if (symbol(i + 1, '(')) return close(i + 1);
      return word(i, "current_timestamp") || word(i, "current_date") || word(i, "localtimestamp") ? std::optional(i) : std::nullopt;
    }
    return symbol(i, '(') ? close(i) : std::nullopt;
  }
  bool unit_at(size_t i) const {
    static constexpr const char* kUnits[] = {"microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "year"};
    return std::any_of(std::begin(kUnits), std::end(kUnits), [&](const char* unit) { return word(i, unit) || word(i, fmt::format("{}s", unit)); });
  }
  // The parenthesis that closes this one.
  std::optional<size_t> close(size_t i) const {
    int depth = 0;
    for (; i < tokens_.size(); i++) {
      depth += symbol(i, '(') ? 1 : symbol(i, ')') ? -1 : 0;
      if (depth == 0) return i;
    }
    return std::nullopt;
  }

  // 'path' in the place of a table.
  bool is_quoted_table(size_t i) const {
    return i > 0 && tokens_[i].kind == SqlTokenKind::kString && (word(i - 1, "from") || word(i - 1, "join") || symbol(i - 1, ','));
  }

  // From the token at hand to the one with the path, and the version behind it.
  void rewrite_path(size_t path) {
    std::string call = "delta_scan(" + quote(tokens_[path].unquoted(), '\'');
    size_t last = path;
    if (auto travel = travel_at(path + 1)) {
      call += travel->unit == "VERSION" ? ", version => " : ", \"timestamp\" => ";
      call += travel->value;
      last = travel->last;
    }
    replace(tokens_[at_].offset, end_of(last), call + ")");
    at_ = last + 1;
  }

  // DESCRIBE and SUMMARIZE of a path or a call: DuckDB takes names, texts and queries there.
  void describe_query() {
    if (!word(0, "describe") && !word(0, "desc") && !word(0, "summarize")) return;
    const size_t i = word(1, "table") ? 2 : 1;
    const bool call = token(i) && tokens_[i].is_name() && symbol(i + 1, '(') && !word(i, "select") && !word(i, "values");
    const bool traveller = token(i) && tokens_[i].kind == SqlTokenKind::kString && travel_at(i + 1);
    if (!is_path(i) && !call && !traveller) return;
    replace(tokens_[0].offset, tokens_[i].offset, word(0, "summarize") ? "SUMMARIZE SELECT * FROM " : "DESCRIBE SELECT * FROM ");
    at_ = i;
    if (traveller) rewrite_path(i);
  }

  // ATTACH 's3://…' (TYPE deltastream): DuckDB would ask for an extension of its own for such a location.
  void attach_location() {
    size_t i = 1;
    while (word(0, "attach") && token(i) && tokens_[i].kind != SqlTokenKind::kString) i++;
    if (!word(0, "attach") || !token(i)) return;
    const std::string location = tokens_[i].unquoted();
    bool ours = false;
    for (size_t j = i + 1; token(j + 1); j++) {
      const SqlToken& type = tokens_[j + 1];
      ours = ours || (word(j, "type") && (type.is_word("deltastream") || (type.kind != SqlTokenKind::kWord && type.unquoted() == "deltastream")));
    }
    if (!ours || location.find("://") == std::string::npos) return;
    replace(tokens_[i].offset, end_of(i), quote(kObjectScheme + location, '\''));
    at_ = i + 1;
  }

  // Statements about a table as a whole. True when the text is one.
  bool table_statement() {
    const char* function = nullptr;
    size_t i = 2;
    if (word(0, "describe") || word(0, "desc")) {
      function = word(1, "history") ? "delta_history" : word(1, "detail") ? "delta_detail" : nullptr;
    } else if (word(0, "show") && word(1, "tblproperties")) {
      function = "delta_properties";
    }
    auto target = function ? target_at(i) : std::nullopt;
    if (!target) return false;
    std::string call = std::string("SELECT * FROM ") + function + "(" + quote(*target, '\'') + parameters_at(i) + ")";
    // SHOW TBLPROPERTIES t ('key') asks for one.
    if (word(1, "tblproperties") && symbol(i, '(') && symbol(i + 2, ')')) {
      call += " WHERE key = " + quote(tokens_[i + 1].unquoted(), '\'');
      i += 3;
    }
    replace(tokens_[0].offset, end_of(i - 1), call);
    return true;
  }
  // "(catalog_version => 7, …)" behind the table: ", catalog_version => 7, …"; moves i behind it.
  std::string parameters_at(size_t& i) const {
    if (!symbol(i, '(') || !token(i + 1) || !tokens_[i + 1].is_name() || !symbol(i + 2, '=') || !symbol(i + 3, '>')) return "";
    const size_t first = i + 1;
    const auto last = close(i);
    if (!last) return "";
    i = *last + 1;
    return fmt::format(", {}", sql_.substr(tokens_[first].offset, tokens_[*last].offset - tokens_[first].offset));
  }
  // delta.`path`, 'path', or a name with dots; moves i behind it.
  std::optional<std::string> target_at(size_t& i) const {
    if (is_path(i)) return tokens_[(i += 3) - 1].unquoted();
    if (token(i) && tokens_[i].kind == SqlTokenKind::kString) return tokens_[i++].unquoted();
    if (!token(i) || !tokens_[i].is_name()) return std::nullopt;
    std::string first = tokens_[i++].unquoted();
    if (!symbol(i, '.')) return first;
    // A part that holds a dot itself stays in quotes.
    auto part = [](std::string text) { return text.find_first_of(".\"") == std::string::npos ? text : quote(text, '"'); };
    std::string name = part(std::move(first));
    while (symbol(i, '.') && token(i + 1) && tokens_[i + 1].is_name()) {
      name += fmt::format(".{}", part(tokens_[i + 1].unquoted()));
      i += 2;
    }
    return name;
  }

  void replace(size_t from, size_t to, const std::string& words) {
    copy(from);
    result_.pieces_.push_back({result_.text_.size(), from, false});
    result_.text_ += words;
    copied_ = to;
  }
  void copy(size_t to) {
    if (to <= copied_) return;
    result_.pieces_.push_back({result_.text_.size(), copied_, true});
    result_.text_ += sql_.substr(copied_, to - copied_);
    copied_ = to;
  }
  RewrittenSql finish() {
    copy(sql_.size());
    return std::move(result_);
  }

  std::string_view sql_;
  std::vector<SqlToken> tokens_;
  size_t at_ = 0;
  size_t copied_ = 0;
  RewrittenSql result_;
};

size_t RewrittenSql::original_offset(size_t offset) const {
  auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset, [](size_t o, const Piece& piece) { return o < piece.start; });
  if (after == pieces_.begin()) return offset;
  const Piece& piece = *std::prev(after);
  return piece.verbatim ? piece.original + (offset - piece.start) : piece.original;
}

Result<RewrittenSql> rewrite_sql(std::string_view sql) {
  DS_ASSIGN_OR_RETURN(auto tokens, tokenize_sql(sql));
  DS_RETURN_IF_ERROR(check_offered(sql, tokens));
  return Rewriter(sql, std::move(tokens)).run();
}

Result<std::vector<std::string>> split_sql(std::string_view sql) {
  DS_ASSIGN_OR_RETURN(auto tokens, tokenize_sql(sql));
  std::vector<std::string> statements;
  size_t start = 0;
  bool any = false;
  auto cut = [&](size_t end) {
    if (any) statements.emplace_back(sql.substr(start, end - start));
    any = false;
  };
  for (const SqlToken& token : tokens) {
    if (token.is_symbol(';')) {
      cut(token.offset);
      start = token.offset + 1;
    } else {
      if (!any) start = token.offset;
      any = true;
    }
  }
  cut(sql.size());
  return statements;
}

}  // namespace deltastream::engine::batch

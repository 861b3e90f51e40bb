#include "engine/batch/offered_statements.h"

#include <fmt/format.h>

#include <algorithm>

namespace deltastream::engine::batch {
namespace {

constexpr char kReadsOnly[] = "batch SQL reads Delta tables and does not write to them";
constexpr char kColumns[] = "DESCRIBE t shows the columns, DESCRIBE DETAIL t the table, SHOW TBLPROPERTIES t its properties";

// What a statement begins with; "?" is any word.
enum class Of { kAnything, kPath };  // whether it is DuckDB's as long as no path of a table follows
struct Missing {
  std::vector<const char*> words;
  Of of;
  const char* instead;
};

const std::vector<Missing>& missing() {
  static const std::vector<Missing> kMissing{
      {{"optimize"}, Of::kAnything, kReadsOnly},
      {{"restore"}, Of::kAnything, kReadsOnly},
      {{"reorg"}, Of::kAnything, kReadsOnly},
      {{"convert", "to", "delta"}, Of::kAnything, kReadsOnly},
      {{"vacuum"}, Of::kPath, kReadsOnly},
      {{"insert", "into"}, Of::kPath, kReadsOnly},
      {{"insert", "into", "table"}, Of::kPath, kReadsOnly},
      {{"insert", "overwrite"}, Of::kAnything, kReadsOnly},
      {{"delete", "from"}, Of::kPath, kReadsOnly},
      {{"update"}, Of::kPath, kReadsOnly},
      {{"merge", "into"}, Of::kPath, kReadsOnly},
      {{"truncate", "table"}, Of::kPath, kReadsOnly},
      {{"alter", "table"}, Of::kPath, kReadsOnly},
      {{"drop", "table"}, Of::kPath, kReadsOnly},
      {{"create", "table"}, Of::kPath, kReadsOnly},
      {{"create", "or", "replace", "table"}, Of::kPath, kReadsOnly},
      {{"create", "table", "if", "not", "exists"}, Of::kPath, kReadsOnly},
      {{"describe", "extended"}, Of::kAnything, kColumns},
      {{"describe", "formatted"}, Of::kAnything, kColumns},
      {{"describe", "table", "extended"}, Of::kAnything, kColumns},
      {{"describe", "table", "formatted"}, Of::kAnything, kColumns},
      {{"desc", "extended"}, Of::kAnything, kColumns},
      {{"desc", "formatted"}, Of::kAnything, kColumns},
      {{"show", "columns"}, Of::kAnything, kColumns},
      {{"show", "create", "table"}, Of::kAnything, kColumns},
      {{"show", "partitions"}, Of::kAnything, "SELECT DISTINCT of the partition columns tells them"},
  };
  return kMissing;
}

bool begins_with(const std::vector<SqlToken>& tokens, const std::vector<const char*>& words) {
  return tokens.size() > words.size() && std::equal(words.begin(), words.end(), tokens.begin(), [](const char* word, const SqlToken& token) { return token.is_word(word); });
}

// 'path' or delta.`path`.
bool is_path(const std::vector<SqlToken>& tokens, size_t i) {
  if (tokens[i].kind == SqlTokenKind::kString) return true;
  return i + 2 < tokens.size() && tokens[i].is_word("delta") && tokens[i + 1].is_symbol('.') && tokens[i + 2].kind == SqlTokenKind::kBackquotedName;
}

std::string upper(const std::vector<const char*>& words) {
  std::string text = fmt::format("{}", fmt::join(words, " "));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

}  // namespace

Status check_offered(std::string_view sql, const std::vector<SqlToken>& tokens) {
  for (const Missing& one : missing()) {
    if (!begins_with(tokens, one.words)) continue;
    const size_t target = one.words.size();
    if (one.of == Of::kPath && !is_path(tokens, target)) continue;
    // A name of DuckDB's own: "DESCRIBE extended" where nothing follows is a table.
    if (tokens[target].kind == SqlTokenKind::kSymbol) continue;
    return unsupported(fmt::format("{} is not offered{}: {} ({})", upper(one.words), one.of == Of::kPath ? " for a Delta table" : "", one.instead,
                                   show_offset(sql, tokens[0].offset)));
  }
  return {};
}

}  // namespace deltastream::engine::batch

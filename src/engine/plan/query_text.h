#pragma once
// Flink's spelling of a query → DuckDB's, token by token: `quoted` names, types in CAST, INTERVAL literals, TABLE(…) around window
// functions and TABLE t inside them, MAP[…], FLOOR(x TO unit), IS JSON. What only a parse tree can tell is left to tree_rewriter.h.
// Pure functions.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "engine/catalog.h"
#include "engine/plan/json_text.h"
#include "engine/plan/places.h"

namespace deltastream::engine::plan {

struct RewrittenText {
  std::string sql;
  // For each token: where it begins in `sql`, and where in the text it came from; ascending.
  std::vector<std::pair<size_t, size_t>> offsets;
  // Each IS [NOT] JSON stands as IS [NOT] NULL, which binds as tightly: where its IS begins in `sql`, and what it asks for
  // (nothing: any JSON); ascending.
  std::vector<std::pair<size_t, std::optional<JsonKind>>> json_tests;

  // Where [NOT] BETWEEN begins in `sql` for [NOT] BETWEEN SYMMETRIC.
  std::set<size_t> symmetric;
  // The options of hints on tables, by where the table's name begins in the text that it came from.
  std::map<size_t, std::vector<TableOption>> table_hints;

  size_t original_offset(size_t offset) const;
};

// `base` is the text's offset in `places`, for errors. Text that is refused here: hints but OPTIONS and those on joins, FOR SYSTEM_TIME AS OF, MATCH_RECOGNIZE.
Result<RewrittenText> rewrite_query_text(std::string_view text, const Places& places, size_t base);

}  // namespace deltastream::engine::plan

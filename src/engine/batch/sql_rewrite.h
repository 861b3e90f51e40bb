#pragma once
// Delta's spellings turned into DuckDB's, token by token, so that texts and comments stay untouched:
//   delta.`path`                        delta_scan('path')
//   … VERSION AS OF n                   delta_scan('path', version => n), or name AT (VERSION => n); … may be 'path' too
//   … TIMESTAMP AS OF 't'               the same with timestamp; sums and calls may stand there; FOR SYSTEM_VERSION and
//                                       FOR SYSTEM_TIME are other spellings
//   DESCRIBE, SUMMARIZE delta.`path`    DESCRIBE, SUMMARIZE SELECT * FROM delta_scan('path'); calls likewise
//   DESCRIBE HISTORY t, DESCRIBE DETAIL t, SHOW TBLPROPERTIES t
//                                       SELECT * FROM delta_history('t'), delta_detail('t'), delta_properties('t');
//                                       parameters in parentheses behind the table go into the call
//   timestamp => t (as a parameter)     "timestamp" => t
//   ATTACH 's3://…' (TYPE deltastream)  the location behind the scheme of our files
//   `name`                              "name"
//   _metadata.x, t._metadata.x          (_metadata).x, (t._metadata).x
// Pure functions. Errors: invalid argument with the place; unsupported for Delta's statements that are not offered.

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace deltastream::engine::batch {

class RewrittenSql {
 public:
  const std::string& text() const { return text_; }
  // The byte of the original that the byte of the new text stems from.
  size_t original_offset(size_t offset) const;

 private:
  friend class Rewriter;
  struct Piece {
    size_t start;     // in the new text
    size_t original;  // where it stood
    bool verbatim;
  };
  std::string text_;
  std::vector<Piece> pieces_;
};

Result<RewrittenSql> rewrite_sql(std::string_view sql);

// The statements of a text, without their semicolons; empty ones are left out.
Result<std::vector<std::string>> split_sql(std::string_view sql);

}  // namespace deltastream::engine::batch

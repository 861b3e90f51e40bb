#pragma once
// What stands behind FROM and JOIN in an unfinished statement. Pure.

#include <string>
#include <vector>

#include "engine/batch/sql_lexer.h"

namespace deltastream::engine::batch {

struct FromSource {
  std::string text;   // as written: a name with its dots, 'file', or function(…)
  std::string alias;  // or the last part of a name; "" = none
  bool names_place = false;  // a file or a function: what the catalog does not know
};

// Subqueries are left out, and so is a source that is still being written at the end of the text.
std::vector<FromSource> from_sources(std::string_view sql, const std::vector<SqlToken>& tokens);

}  // namespace deltastream::engine::batch

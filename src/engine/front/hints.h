#pragma once
// Hints: /*+ OPTIONS('key' = 'value', …) */ behind the name of a table, and those behind SELECT. Pure functions.

#include <string>
#include <vector>

#include "common/result.h"
#include "engine/catalog.h"
#include "engine/front/token.h"

namespace deltastream::engine::front {

// The options of a hint on a table. Errors say what is wrong without the place, which the caller knows: invalid argument, and
// unsupported for other hints.
Result<std::vector<TableOption>> table_hint(const Token& hint);
// A hint behind SELECT: those that choose how to join change no result and mean nothing here; others are unsupported.
Status check_query_hint(const Token& hint);

}  // namespace deltastream::engine::front

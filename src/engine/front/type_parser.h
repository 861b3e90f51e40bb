#pragma once
// Flink's data types at a cursor. Pure functions.

#include "common/result.h"
#include "engine/front/token_cursor.h"
#include "engine/script.h"

namespace deltastream::engine::front {

// Takes one type, with NOT NULL or NULL behind it. Nullability inside of ARRAY, MAP and ROW is read but not kept.
Result<ParsedType> take_type(TokenCursor& cursor);

}  // namespace deltastream::engine::front

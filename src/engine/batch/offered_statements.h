#pragma once
// Delta's statements that other systems have and batch SQL lacks, told by name: DuckDB's parser would call them syntax errors.
// Pure function. Errors: unsupported, with what to use instead where there is something.

#include <string_view>
#include <vector>

#include "common/result.h"
#include "engine/batch/sql_lexer.h"

namespace deltastream::engine::batch {

// `tokens` of one statement.
Status check_offered(std::string_view sql, const std::vector<SqlToken>& tokens);

}  // namespace deltastream::engine::batch

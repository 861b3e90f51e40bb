#pragma once
// Whether a text is JSON, and of which kind, by the grammar of RFC 8259 to the letter: what IS JSON asks. DuckDB's own test lets more
// through (NaN, a comma at the end). Pure; memory grows by a bit a level of nesting.

#include <optional>
#include <string_view>

namespace deltastream::engine::plan {

enum class JsonKind { kScalar, kArray, kObject };

std::optional<JsonKind> json_kind(std::string_view text);

}  // namespace deltastream::engine::plan

#pragma once
// Repetition and definition levels, which tell where lists begin and what of a nested value is there
// (https://github.com/apache/parquet-format/blob/master/README.md#nested-encoding): how high they may be for each leaf of a
// schema, and a walk over encoded ones that believes nothing. Pure.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "parquet_types.h"

namespace deltastream::format::parquet {

struct LeafLevels {
  uint8_t repetition = 0, definition = 0;  // the highest
  int32_t repeated = 0;                    // place in the schema of the innermost repeated element on the way to the leaf; 0 = none
};

// By leaf, in file order. `schema` is a tree (footer.h); nullopt when it nests deeper than levels can say.
std::optional<std::vector<LeafLevels>> leaf_levels(const std::vector<duckdb_parquet::SchemaElement>& schema);

struct LevelsFound {
  uint8_t first = 0;
  uint64_t zeros = 0;
};

// The first `count` levels of `encoded` (runs and packed sets of the width that `highest` needs). Nullopt when they end early
// or one is higher.
std::optional<LevelsFound> walk_levels(std::string_view encoded, uint64_t count, uint8_t highest);
// The same check, which counts nothing.
bool are_levels(std::string_view encoded, uint64_t count, uint8_t highest);

}  // namespace deltastream::format::parquet

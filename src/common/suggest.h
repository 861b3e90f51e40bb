#pragma once
// "Did you mean …?": the nearest known name for a misspelt one. Pure function.

#include <span>
#include <string>
#include <string_view>

namespace deltastream {

// The candidate with the smallest edit distance (case-insensitive), or "" when none is near enough to help.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace deltastream

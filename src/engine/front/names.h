#pragma once
// Names and texts as Flink's SQL spells them. Pure functions.

#include <string>
#include <string_view>

namespace deltastream::engine::front {

// Backticks around, unless the name is a plain word that no keyword of a declaration hides.
std::string quoted_name(std::string_view name);
// 'text' with its quotes doubled.
std::string quoted_text(std::string_view text);

std::string lower_case(std::string_view text);

}  // namespace deltastream::engine::front

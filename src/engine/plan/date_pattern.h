#pragma once
// Java's patterns of date and time (yyyy-MM-dd HH:mm:ss.SSS) as strftime's. Pure function.

#include <string>
#include <string_view>

#include "common/result.h"

namespace deltastream::engine::plan {

// Unsupported names the letters that strftime has not.
Result<std::string> strftime_pattern(std::string_view java);

}  // namespace deltastream::engine::plan

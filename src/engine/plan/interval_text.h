#pragma once
// SQL's INTERVAL literals: '5' SECOND, '1 12' DAY TO HOUR, '2-6' YEAR TO MONTH. Pure functions.

#include <string>
#include <string_view>

#include "common/result.h"

namespace deltastream::engine::plan {

// "INTERVAL '5000000 microseconds'" or "INTERVAL '30 months'". `to` is "" for a single unit. A day is 24 hours, as in Flink.
Result<std::string> interval_text(std::string_view value, std::string_view from, std::string_view to, bool negative);

}  // namespace deltastream::engine::plan

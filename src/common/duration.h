#pragma once
// Durations as Flink and Spark write them.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace deltastream {

// "10 s", "500ms", "1 min", "2h", "7 d", "interval 1 week", "interval 1 day 2 hours", plain number = milliseconds.
// Microseconds; invalid argument when it is none.
Result<int64_t> parse_duration_us(std::string_view text);
// "1.5 s", "10 min": for people.
std::string format_duration(int64_t us);

}  // namespace deltastream

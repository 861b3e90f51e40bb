#pragma once
// The marker functions that windows are written as. Each also computes what it says, for windows that nothing aggregates.

namespace duckdb {
class DatabaseInstance;
}

namespace deltastream::engine::plan {

// (time, size_us, offset_us) → TIMESTAMP: bounds of the tumbling window that the time is in. A TIMESTAMP_LTZ is taken as local time.
inline constexpr const char* kTumbleStart = "__tumble_start";
inline constexpr const char* kTumbleEnd = "__tumble_end";
// (time, slide_us or step_us, size_us, offset_us) → list of {window_start, window_end}.
inline constexpr const char* kHopWindows = "__hop_windows";
inline constexpr const char* kCumulateWindows = "__cumulate_windows";
// (time, window_end) → the window's last millisecond, of the type of the time: again a time attribute.
inline constexpr const char* kWindowTime = "__window_time";

void register_window_functions(duckdb::DatabaseInstance& database);

}  // namespace deltastream::engine::plan

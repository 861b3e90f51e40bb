#pragma once
// What people read of a running job: numbers, a block for the live view, one line, the summary. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stream/job.h"

namespace deltastream::cli {

std::string grouped(uint64_t number);             // 1,234,567
std::string watermark_text(int64_t watermark_us); // "2024-01-01 00:00:05.000", "none", "end"

// What a view needs to know beside the numbers.
struct ProgressLook {
  bool event_time = true;  // some window waits for a watermark
  bool stopping = false;   // the job was asked to stop
  size_t width = 80, height = 24;
};

// Lines of the live view, each shorter than the width and fewer than the height: what does not fit beside a table's name goes below it.
// Rates come from the difference to `before`.
std::vector<std::string> progress_block(const stream::JobProgress& now, const stream::JobProgress& before, const ProgressLook& look);
// One line for logs.
std::string progress_line(const stream::JobProgress& now, const stream::JobProgress& before, const ProgressLook& look);
inline constexpr std::string_view kStopping = "stopping after a last checkpoint (Ctrl-C again: at once)";
// Rows of each table, what was late or malformed.
std::string summary_text(const stream::JobProgress& progress);

}  // namespace deltastream::cli

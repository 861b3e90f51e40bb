#pragma once
// What people read of a running job: numbers, a block for the live view, one line, the summary. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "stream/job.h"

namespace deltastream::cli {

std::string grouped(uint64_t number);             // 1,234,567
std::string watermark_text(int64_t watermark_us); // "2024-01-01 00:00:05.000", "none", "end"

// Lines of the live view. Rates come from the difference to `before`.
std::vector<std::string> progress_block(const stream::JobProgress& now, const stream::JobProgress& before);
// One line for logs.
std::string progress_line(const stream::JobProgress& now, const stream::JobProgress& before);
// Rows of each table, what was late or malformed.
std::string summary_text(const stream::JobProgress& progress);

}  // namespace deltastream::cli

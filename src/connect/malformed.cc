#include "connect/malformed.h"

#include <fmt/format.h>

namespace deltastream::connect {

namespace {
// A broken producer makes millions of them: the log shows the first, the counter all.
constexpr uint64_t kLoggedRecords = 10;
}  // namespace

Status MalformedRecords::report(const std::string& place, const std::string& reason) {
  seen_++;
  if (metrics_) metrics_->malformed++;
  if (!skip_) {
    return corrupt(fmt::format("table '{}': malformed record in {}: {}; set '{}.ignore-parse-errors' = 'true' to skip such records", table_,
                               place, reason, format_));
  }
  if (seen_ <= kLoggedRecords) {
    logger_->warn(fmt::format("table '{}': skipped a malformed record in {}: {}{}", table_, place, reason,
                              seen_ == kLoggedRecords ? " (further ones are only counted)" : ""));
  }
  return {};
}

}  // namespace deltastream::connect

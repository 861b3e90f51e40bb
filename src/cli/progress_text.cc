#include "cli/progress_text.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "common/duration.h"

namespace deltastream::cli {
namespace {

using stream::JobProgress;
using stream::TableProgress;

uint64_t rate(uint64_t now, uint64_t before, int64_t elapsed_us) {
  if (elapsed_us <= 0 || now < before) return 0;
  return static_cast<uint64_t>(static_cast<double>(now - before) * 1e6 / static_cast<double>(elapsed_us));
}

uint64_t rows_before(const std::vector<TableProgress>& tables, size_t at) { return at < tables.size() ? tables[at].rows : 0; }

std::string table_line(std::string_view direction, const TableProgress& table, uint64_t rows_per_s, size_t width) {
  std::string line = fmt::format("{:<3} {:<{}} {:>15} rows {:>13}/s", direction, table.name, width, grouped(table.rows), grouped(rows_per_s));
  if (table.lag >= 0) line += fmt::format("  lag {}", grouped(static_cast<uint64_t>(table.lag)));
  if (table.malformed > 0) line += fmt::format("  malformed {}", grouped(table.malformed));
  if (!table.last_commit.empty()) line += "  " + table.last_commit;
  return line;
}

size_t name_width(const JobProgress& progress) {
  size_t width = 8;
  for (const auto* tables : {&progress.sources, &progress.sinks}) {
    for (const TableProgress& table : *tables) width = std::max(width, table.name.size());
  }
  return width;
}

}  // namespace

std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string watermark_text(int64_t watermark_us) {
  if (watermark_us == engine::kMinWatermark) return "none";
  if (watermark_us == engine::kMaxWatermark) return "end";
  int64_t seconds = watermark_us / 1'000'000, rest = watermark_us % 1'000'000;
  if (rest < 0) {
    seconds--;
    rest += 1'000'000;
  }
  std::time_t time = seconds;
  std::tm parts = {};
  if (!gmtime_r(&time, &parts)) return std::to_string(watermark_us) + " µs";
  return fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                     parts.tm_min, parts.tm_sec, rest / 1000);
}

std::vector<std::string> progress_block(const JobProgress& now, const JobProgress& before) {
  int64_t elapsed = now.elapsed_us - before.elapsed_us;
  size_t width = name_width(now);
  std::vector<std::string> lines;
  for (size_t i = 0; i < now.sources.size(); i++) {
    lines.push_back(table_line("in", now.sources[i], rate(now.sources[i].rows, rows_before(before.sources, i), elapsed), width));
  }
  for (size_t i = 0; i < now.sinks.size(); i++) {
    lines.push_back(table_line("out", now.sinks[i], rate(now.sinks[i].rows, rows_before(before.sinks, i), elapsed), width));
  }
  std::string last = fmt::format("{}   checkpoint {}   watermark {}", format_duration(now.elapsed_us), now.completed_epoch,
                                 watermark_text(now.watermark_us));
  if (now.late_rows > 0) last += fmt::format("   late {}", grouped(now.late_rows));
  lines.push_back(std::move(last));
  return lines;
}

std::string progress_line(const JobProgress& now, const JobProgress& before) {
  int64_t elapsed = now.elapsed_us - before.elapsed_us;
  std::string line = fmt::format("{}:", format_duration(now.elapsed_us));
  for (size_t i = 0; i < now.sources.size(); i++) {
    const TableProgress& table = now.sources[i];
    line += fmt::format(" in {} {} rows ({}/s);", table.name, grouped(table.rows), grouped(rate(table.rows, rows_before(before.sources, i), elapsed)));
  }
  for (const TableProgress& table : now.sinks) {
    line += fmt::format(" out {} {} rows{}{};", table.name, grouped(table.rows), table.last_commit.empty() ? "" : " ", table.last_commit);
  }
  return line + fmt::format(" checkpoint {}; watermark {}", now.completed_epoch, watermark_text(now.watermark_us));
}

std::string summary_text(const JobProgress& progress) {
  size_t width = name_width(progress);
  std::string text;
  auto add = [&](std::string_view direction, const TableProgress& table) {
    text += fmt::format("  {:<3} {:<{}} {:>15} rows{}{}", direction, table.name, width, grouped(table.rows), table.last_commit.empty() ? "" : "  ",
                        table.last_commit);
    if (table.malformed > 0) text += fmt::format("  ({} malformed records left out)", grouped(table.malformed));
    text += "\n";
  };
  for (const TableProgress& table : progress.sources) add("in", table);
  for (const TableProgress& table : progress.sinks) add("out", table);
  if (progress.late_rows > 0) text += fmt::format("  {} rows came too late for their windows and were left out\n", grouped(progress.late_rows));
  return text;
}

}  // namespace deltastream::cli

#include "cli/progress_text.h"

#include <algorithm>
#include <cstdint>
#include <ctime>

#include <fmt/format.h>

#include "cli/terminal.h"
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

std::string lag_text(int64_t records) { return fmt::format("lag {} record{}", grouped(static_cast<uint64_t>(records)), records == 1 ? "" : "s"); }

// The facts of a table beside its name, the most wanted first.
std::vector<std::string> table_facts(const TableProgress& table, uint64_t rows_per_s, bool aligned) {
  std::vector<std::string> facts;
  if (aligned) {
    facts.push_back(fmt::format("{:>13} rows {:>12}/s", grouped(table.rows), grouped(rows_per_s)));
  } else {
    facts.push_back(fmt::format("{}/s", grouped(rows_per_s)));
    facts.push_back(fmt::format("{} rows", grouped(table.rows)));
  }
  if (!table.last_commit.empty()) facts.push_back(table.last_commit);
  if (table.lag >= 0) facts.push_back(lag_text(table.lag));
  if (table.malformed > 0) facts.push_back(fmt::format("malformed {}", grouped(table.malformed)));
  return facts;
}

// As many facts in a line as fit, the rest below, indented.
void flow(std::string line, const std::vector<std::string>& facts, size_t width, std::string_view between, std::vector<std::string>& lines) {
  constexpr std::string_view kIndent = "    ";
  line = fitted(line, width);
  for (const std::string& fact : facts) {
    if (line.empty()) {
      line = fact;
    } else if (shown_width(line) + between.size() + shown_width(fact) <= width) {
      line += fmt::format("{}{}", between, fact);
    } else {
      lines.push_back(std::move(line));
      line = fmt::format("{}{}", shown_width(fact) + kIndent.size() <= width ? kIndent : "", fitted(fact, width));
    }
  }
  lines.push_back(fitted(line, width));
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    all.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

size_t name_width(const JobProgress& progress) {
  size_t width = 8;
  for (const auto* tables : {&progress.sources, &progress.sinks}) {
    for (const TableProgress& table : *tables) width = std::max(width, shown_width(table.name));
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

std::vector<std::string> progress_block(const JobProgress& now, const JobProgress& before, const ProgressLook& look) {
  const int64_t elapsed = now.elapsed_us - before.elapsed_us;
  const size_t room = std::max<size_t>(look.width, 2) - 1;  // a line that fills the last column wraps on some terminals
  auto tables = [&](bool aligned) {
    std::vector<std::string> lines;
    auto add = [&](std::string_view direction, const std::vector<TableProgress>& some, const std::vector<TableProgress>& earlier) {
      for (size_t i = 0; i < some.size(); i++) {
        const uint64_t rows_per_s = rate(some[i].rows, rows_before(earlier, i), elapsed);
        const std::string name = aligned ? padded(some[i].name, name_width(now), false) : some[i].name;
        flow(fmt::format("{:<3} {}", direction, name), table_facts(some[i], rows_per_s, aligned), aligned ? SIZE_MAX : room, "  ", lines);
      }
    };
    add("in", now.sources, before.sources);
    add("out", now.sinks, before.sinks);
    return lines;
  };
  std::vector<std::string> lines = tables(true), last;
  if (std::any_of(lines.begin(), lines.end(), [&](const std::string& line) { return shown_width(line) > room; })) lines = tables(false);

  std::vector<std::string> facts{format_duration(now.elapsed_us), fmt::format("checkpoint {}", now.completed_epoch)};
  if (look.event_time) facts.push_back(fmt::format("watermark {}", watermark_text(now.watermark_us)));
  if (now.late_rows > 0) facts.push_back(fmt::format("late {}", grouped(now.late_rows)));
  flow("", facts, room, "   ", last);
  if (look.stopping) flow("", words(kStopping), room, " ", last);

  // The block must not be higher than the screen.
  if (lines.size() + last.size() >= look.height) {
    const size_t shown = look.height > last.size() + 2 ? look.height - last.size() - 2 : 0;
    const size_t missing = lines.size() - std::min(lines.size(), shown);
    lines.resize(std::min(lines.size(), shown));
    lines.push_back(fitted(fmt::format("… {} more lines", missing), room));
  }
  lines.insert(lines.end(), last.begin(), last.end());
  return lines;
}

std::string progress_line(const JobProgress& now, const JobProgress& before, const ProgressLook& look) {
  const int64_t elapsed = now.elapsed_us - before.elapsed_us;
  std::string line = fmt::format("{}:", format_duration(now.elapsed_us));
  auto add = [&](std::string_view direction, const std::vector<TableProgress>& some, const std::vector<TableProgress>& earlier) {
    for (size_t i = 0; i < some.size(); i++) {
      const TableProgress& table = some[i];
      line += fmt::format(" {} {} {} rows ({}/s)", direction, table.name, grouped(table.rows), grouped(rate(table.rows, rows_before(earlier, i), elapsed)));
      if (!table.last_commit.empty()) line += fmt::format(" {}", table.last_commit);
      if (table.lag >= 0) line += fmt::format(" {}", lag_text(table.lag));
      line += ";";
    }
  };
  add("in", now.sources, before.sources);
  add("out", now.sinks, before.sinks);
  line += fmt::format(" checkpoint {}", now.completed_epoch);
  if (look.event_time) line += fmt::format("; watermark {}", watermark_text(now.watermark_us));
  return line;
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

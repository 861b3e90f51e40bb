#include "delta/text/time_value.h"

#include "format/text/time_text.h"

namespace deltastream::delta {
namespace {

constexpr int64_t kMicrosOfDay = 86'400'000'000;
// The range of a vector's dates, in years; beyond it nothing can be stored.
constexpr int64_t kMaxYear = 5'881'580;

// Walks over a text; a step that does not fit leaves the rest for the caller to see.
struct Walk {
  std::string_view text;
  bool good = true;

  bool at_end() const { return text.empty(); }
  bool take(char c) {
    if (text.empty() || text[0] != c) return false;
    text.remove_prefix(1);
    return true;
  }
  void expect(char c) { good = take(c) && good; }
  int64_t number(size_t least, size_t most) {
    int64_t value = 0;
    size_t digits = 0;
    for (; digits < most && !text.empty() && static_cast<unsigned>(text[0]) - '0' <= 9; digits++) {
      value = value * 10 + (text[0] - '0');
      text.remove_prefix(1);
    }
    good = good && digits >= least;
    return value;
  }
};

std::optional<int64_t> take_date(Walk& walk) {
  bool negative = walk.take('-');
  if (!negative) walk.take('+');
  int64_t year = walk.number(4, 9);
  walk.expect('-');
  auto month = static_cast<unsigned>(walk.number(1, 2));
  walk.expect('-');
  auto day = static_cast<unsigned>(walk.number(1, 2));
  if (!walk.good || year > kMaxYear || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  auto signed_year = static_cast<int32_t>(negative ? -year : year);
  int32_t days = format::days_from_date(signed_year, month, day);
  int32_t back_year = 0;
  unsigned back_month = 0, back_day = 0;
  format::date_from_days(days, back_year, back_month, back_day);
  if (back_year != signed_year || back_month != month || back_day != day) return std::nullopt;
  return days;
}

// Microseconds of "h:m:s[.f…]".
int64_t take_clock(Walk& walk) {
  int64_t hour = walk.number(1, 2);
  walk.expect(':');
  int64_t minute = walk.number(1, 2);
  int64_t second = 0;
  if (walk.take(':')) second = walk.number(1, 2);
  walk.good = walk.good && hour < 24 && minute < 60 && second < 60;
  int64_t micros = 0;
  if (walk.take('.')) {
    int64_t unit = 100'000;
    walk.good = walk.good && !walk.at_end();
    for (; !walk.text.empty() && static_cast<unsigned>(walk.text[0]) - '0' <= 9; unit /= 10) {
      micros += (walk.text[0] - '0') * unit;
      walk.text.remove_prefix(1);
    }
  }
  return ((hour * 60 + minute) * 60 + second) * 1'000'000 + micros;
}

// Microseconds of "Z", "+02", "+02:00" or nothing.
int64_t take_zone(Walk& walk) {
  if (walk.at_end() || walk.take('Z')) return 0;
  bool negative = walk.take('-');
  if (!negative) walk.expect('+');
  int64_t hours = walk.number(2, 2);
  walk.take(':');
  int64_t minutes = walk.at_end() ? 0 : walk.number(2, 2);
  walk.good = walk.good && hours <= 18 && minutes < 60;
  int64_t micros = (hours * 60 + minutes) * 60'000'000;
  return negative ? -micros : micros;
}

void append_digits(std::string& out, int64_t value, size_t width) {
  std::string digits = std::to_string(value);
  out.append(width > digits.size() ? width - digits.size() : 0, '0');
  out += digits;
}

}  // namespace

int64_t floor_divide(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

int32_t year_of_days(int32_t days) {
  int32_t year = 0;
  unsigned month = 0, day = 0;
  format::date_from_days(days, year, month, day);
  return year;
}

std::optional<int32_t> parse_days(std::string_view text) {
  Walk walk{text};
  auto days = take_date(walk);
  // Some writers leave a time behind a date.
  if (!days || (!walk.at_end() && walk.text != " 00:00:00" && walk.text != "T00:00:00Z")) return std::nullopt;
  // A vector holds its last two counts for the infinities.
  if (*days <= -INT32_MAX || *days == INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(*days);
}

std::optional<int64_t> parse_micros(std::string_view text) {
  Walk walk{text};
  auto days = take_date(walk);
  if (!days) return std::nullopt;
  int64_t clock = 0;
  if (!walk.at_end()) {
    if (!walk.take('T')) walk.expect(' ');
    clock = take_clock(walk);
    clock -= take_zone(walk);
  }
  // Wider than the result: the first day of all begins before the first number.
  const auto micros = static_cast<__int128>(*days) * kMicrosOfDay + clock;
  if (!walk.good || !walk.at_end() || micros <= -INT64_MAX || micros >= INT64_MAX) return std::nullopt;
  return static_cast<int64_t>(micros);
}

void append_days(std::string& out, int32_t days) {
  if (year_of_days(days) > 9999) out += '+';
  format::append_date(out, days);
}

void append_micros(std::string& out, int64_t micros, TimestampText form) {
  int64_t days = floor_divide(micros, kMicrosOfDay);
  // Not by the days, which are more microseconds than there are numbers on the first day of all.
  int64_t clock = micros % kMicrosOfDay;
  if (clock < 0) clock += kMicrosOfDay;
  append_days(out, static_cast<int32_t>(days));
  out += form == TimestampText::kSql ? ' ' : 'T';
  int64_t seconds = clock / 1'000'000;
  append_digits(out, seconds / 3600, 2);
  out += ':';
  append_digits(out, seconds / 60 % 60, 2);
  out += ':';
  append_digits(out, seconds % 60, 2);
  out += '.';
  if (form == TimestampText::kIsoMillis) {
    append_digits(out, clock % 1'000'000 / 1000, 3);
  } else {
    append_digits(out, clock % 1'000'000, 6);
  }
  if (form == TimestampText::kIsoMicros) out += 'Z';
}

std::string time_of_ms(int64_t ms) {
  std::string text;
  int64_t micros = 0;
  if (__builtin_mul_overflow(ms, int64_t{1000}, &micros)) return std::to_string(ms) + " ms since 1970";
  append_micros(text, micros, TimestampText::kIsoMillis);
  return text + 'Z';
}

}  // namespace deltastream::delta

#include "format/text/time_text.h"

namespace deltastream::format {
namespace {

constexpr int64_t kSecondsOfDay = 86400;

// Reads digits at fixed places; `bad` remembers any that was none, so that one test at the end is enough.
struct Digits {
  const char* text;
  unsigned bad = 0;
  unsigned two(size_t at) {
    unsigned tens = unsigned(text[at]) - '0', ones = unsigned(text[at + 1]) - '0';
    bad |= unsigned(tens > 9) | unsigned(ones > 9);
    return tens * 10 + ones;
  }
  void expect(size_t at, char c) { bad |= unsigned(text[at] != c); }
};

bool is_leap(int32_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

bool is_day(int32_t year, unsigned month, unsigned day) {
  static constexpr uint8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= kDays[month - 1] + unsigned(month == 2 && is_leap(year));
}

// "HH:mm[:ss[.f…]]" from the start of the text; `used` is how much of it that was.
bool parse_clock(std::string_view text, int64_t& seconds, int32_t& nanos, size_t& used) {
  if (text.size() < 5) return false;
  Digits digits{text.data()};
  unsigned hour = digits.two(0), minute = digits.two(3), second = 0;
  digits.expect(2, ':');
  used = 5;
  nanos = 0;
  if (text.size() >= 8 && text[5] == ':') {
    second = digits.two(6);
    used = 8;
    if (text.size() > 9 && text[8] == '.') {
      int32_t unit = 100'000'000;
      size_t begin = ++used;
      for (; used < text.size() && unsigned(text[used]) - '0' <= 9; used++, unit /= 10) nanos += (text[used] - '0') * unit;
      if (used == begin) return false;
    }
  }
  if (digits.bad || hour > 23 || minute > 59 || second > 59) return false;
  seconds = int64_t(hour * 3600 + minute * 60 + second);
  return true;
}

bool parse_zone(std::string_view text, int64_t& offset_seconds) {
  offset_seconds = 0;
  if (text == "Z" || text == "z") return true;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return false;
  Digits digits{text.data()};
  unsigned hours = digits.two(1), minutes = 0;
  if (text.size() == 6) {
    digits.expect(3, ':');
    minutes = digits.two(4);
  } else if (text.size() == 5) {
    minutes = digits.two(3);
  } else if (text.size() != 3) {
    return false;
  }
  if (digits.bad || hours > 18 || minutes > 59) return false;
  offset_seconds = int64_t(hours * 3600 + minutes * 60);
  if (text[0] == '-') offset_seconds = -offset_seconds;
  return true;
}

void append_padded(std::string& out, uint64_t value, size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

void append_clock(std::string& out, int64_t second_of_day, int32_t nanos) {
  append_padded(out, uint64_t(second_of_day / 3600), 2);
  out += ':';
  append_padded(out, uint64_t(second_of_day / 60 % 60), 2);
  out += ':';
  append_padded(out, uint64_t(second_of_day % 60), 2);
  if (nanos == 0) return;
  out += '.';
  size_t width = 9;
  for (; nanos % 10 == 0; nanos /= 10) width--;
  append_padded(out, uint64_t(nanos), width);
}

}  // namespace

// Counts in years that begin on 1 March, so that the leap day is the last day of a year.
int32_t days_from_date(int32_t year, unsigned month, unsigned day) {
  int64_t shifted = int64_t(year) - (month <= 2);
  int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
  int64_t year_of_era = shifted - era * 400;
  int64_t day_of_year = (153 * int64_t(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return int32_t(era * 146097 + day_of_era - 719468);
}

void date_from_days(int32_t days, int32_t& year, unsigned& month, unsigned& day) {
  int64_t shifted = int64_t(days) + 719468;
  int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  int64_t day_of_era = shifted - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * day_of_year + 2) / 153;
  day = unsigned(day_of_year - (153 * march_month + 2) / 5 + 1);
  month = unsigned(march_month < 10 ? march_month + 3 : march_month - 9);
  year = int32_t(year_of_era + era * 400 + (month <= 2));
}

bool parse_date(std::string_view text, int32_t& days) {
  if (text.size() != 10) return false;
  Digits digits{text.data()};
  int32_t year = int32_t(digits.two(0) * 100 + digits.two(2));
  unsigned month = digits.two(5), day = digits.two(8);
  digits.expect(4, '-');
  digits.expect(7, '-');
  if (digits.bad || !is_day(year, month, day)) return false;
  days = days_from_date(year, month, day);
  return true;
}

bool parse_time(std::string_view text, int64_t& micros) {
  int64_t seconds = 0;
  int32_t nanos = 0;
  size_t used = 0;
  if (!parse_clock(text, seconds, nanos, used) || used != text.size()) return false;
  micros = seconds * 1'000'000 + nanos / 1000;
  return true;
}

bool parse_timestamp(std::string_view text, ParsedTimestamp& result) {
  if (text.size() < 16 || (text[10] != ' ' && text[10] != 'T')) return false;
  int32_t days = 0;
  int64_t clock = 0, offset = 0;
  size_t used = 0;
  if (!parse_date(text.substr(0, 10), days) || !parse_clock(text.substr(11), clock, result.nanos, used)) return false;
  std::string_view zone = text.substr(11 + used);
  result.has_zone = !zone.empty();
  if (result.has_zone && !parse_zone(zone, offset)) return false;
  result.seconds = days * kSecondsOfDay + clock - offset;
  return true;
}

void append_date(std::string& out, int32_t days) {
  int32_t year;
  unsigned month, day;
  date_from_days(days, year, month, day);
  if (year < 0) out += '-';
  append_padded(out, uint64_t(year < 0 ? -int64_t(year) : year), 4);
  out += '-';
  append_padded(out, month, 2);
  out += '-';
  append_padded(out, day, 2);
}

void append_time(std::string& out, int64_t micros_of_day) {
  append_clock(out, micros_of_day / 1'000'000, int32_t(micros_of_day % 1'000'000) * 1000);
}

void append_timestamp(std::string& out, int64_t seconds, int32_t nanos, TimestampForm form, bool with_zone) {
  int64_t days = seconds >= 0 ? seconds / kSecondsOfDay : -((-(seconds + 1)) / kSecondsOfDay) - 1;
  append_date(out, int32_t(days));
  out += form == TimestampForm::kSql ? ' ' : 'T';
  append_clock(out, seconds - days * kSecondsOfDay, nanos);
  if (with_zone) out += 'Z';
}

}  // namespace deltastream::format

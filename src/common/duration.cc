#include "common/duration.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <limits>

namespace deltastream {
namespace {

constexpr int64_t kMs = 1'000, kSecond = 1'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

struct Unit {
  std::string_view name;  // without the plural s
  int64_t us;
};
constexpr Unit kUnits[] = {
    {"us", 1},           {"µs", 1},            {"micro", 1},     {"microsecond", 1}, {"ms", kMs},       {"milli", kMs}, {"millisecond", kMs},
    {"s", kSecond},      {"sec", kSecond},     {"second", kSecond}, {"m", kMinute},  {"min", kMinute},  {"minute", kMinute},
    {"h", kHour},        {"hour", kHour},      {"d", kDay},      {"day", kDay},      {"w", 7 * kDay},   {"week", 7 * kDay},
};

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return &unit;
  }
  if (name.size() > 2 && name.back() == 's') return find_unit(name.substr(0, name.size() - 1));
  return nullptr;
}

Error no_duration(std::string_view text, std::string_view why) {
  return invalid_argument(fmt::format("'{}' is no duration: {}; write it like '10 s', '500 ms', '1 min', '2 h' or '7 d'", text, why));
}

// Reads number-unit pairs from the left.
class DurationReader {
 public:
  explicit DurationReader(std::string_view text) : text_(text) {
    for (char c : text) rest_ += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }

  Result<int64_t> read() {
    skip_space();
    bool interval = rest_.compare(at_, 8, "interval") == 0;
    if (interval) at_ += 8;
    quotes_ = interval;
    skip_space();
    if (at_ == rest_.size()) return no_duration(text_, "it is empty");
    long double total = 0;
    for (bool first = true; at_ < rest_.size(); first = false) {
      DS_ASSIGN_OR_RETURN(long double part, read_pair(first && !interval));
      total += part;
    }
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 2;
    if (total > static_cast<long double>(kMost)) return no_duration(text_, "it is too long");
    return static_cast<int64_t>(std::llroundl(total));
  }

 private:
  Result<long double> read_pair(bool unit_optional) {
    size_t begin = at_;
    while (at_ < rest_.size() && (std::isdigit(static_cast<unsigned char>(rest_[at_])) || rest_[at_] == '.')) at_++;
    std::string number = rest_.substr(begin, at_ - begin);
    if (number.empty() || number.size() > 30 || number.find_first_of("0123456789") == std::string::npos ||
        number.find('.') != number.rfind('.')) {
      return no_duration(text_, rest_[begin] == '-' ? "it is negative" : "a number is missing");
    }
    skip_space();
    begin = at_;
    while (at_ < rest_.size() && !std::isdigit(static_cast<unsigned char>(rest_[at_])) && !is_space(rest_[at_])) at_++;
    std::string name = rest_.substr(begin, at_ - begin);
    skip_space();
    if (name.empty() && unit_optional && at_ == rest_.size()) return std::stold(number) * kMs;
    if (name.empty()) return no_duration(text_, "a unit is missing");
    if (name == "month" || name == "months" || name == "year" || name == "years") {
      return no_duration(text_, "months and years have no fixed length");
    }
    const Unit* unit = find_unit(name);
    if (!unit) return no_duration(text_, "'" + name + "' is no unit");
    return std::stold(number) * unit->us;
  }
  // SQL writes INTERVAL '10' SECOND: there the quotes are only noise.
  bool is_space(char c) const { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || (quotes_ && c == '\''); }
  void skip_space() {
    while (at_ < rest_.size() && is_space(rest_[at_])) at_++;
  }

  std::string_view text_;
  std::string rest_;
  size_t at_ = 0;
  bool quotes_ = false;
};

}  // namespace

Result<int64_t> parse_duration_us(std::string_view text) { return DurationReader(text).read(); }

std::string format_duration(int64_t us) {
  if (us < 0) return "-" + format_duration(us == std::numeric_limits<int64_t>::min() ? std::numeric_limits<int64_t>::max() : -us);
  static constexpr struct {
    int64_t us;
    const char* name;
  } kSteps[] = {{kDay, "d"}, {kHour, "h"}, {kMinute, "min"}, {kSecond, "s"}, {kMs, "ms"}};
  for (const auto& step : kSteps) {
    if (us < step.us) continue;
    // One decimal is enough for people, and "1.0" says no more than "1".
    int64_t tenths = static_cast<int64_t>((static_cast<__int128>(us) * 10 + step.us / 2) / step.us);
    if (tenths % 10 == 0) return fmt::format("{} {}", tenths / 10, step.name);
    return fmt::format("{}.{} {}", tenths / 10, tenths % 10, step.name);
  }
  return us == 0 ? "0 s" : fmt::format("{} us", us);
}

}  // namespace deltastream

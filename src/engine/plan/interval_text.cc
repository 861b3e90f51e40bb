#include "engine/plan/interval_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "engine/front/token.h"

namespace deltastream::engine::plan {
namespace {

struct Unit {
  std::string_view name;
  bool months;    // else microseconds
  int64_t size;
  char separator; // between this unit and the next smaller one
};
constexpr int64_t kSecond = 1'000'000;
// From large to small.
constexpr std::array<Unit, 8> kUnits = {{{"YEAR", true, 12, '-'},
                                         {"QUARTER", true, 3, 0},
                                         {"MONTH", true, 1, 0},
                                         {"WEEK", false, 7 * 86400 * kSecond, 0},
                                         {"DAY", false, 86400 * kSecond, ' '},
                                         {"HOUR", false, 3600 * kSecond, ':'},
                                         {"MINUTE", false, 60 * kSecond, ':'},
                                         {"SECOND", false, kSecond, 0}}};

std::optional<size_t> find_unit(std::string_view name) {
  for (size_t i = 0; i < kUnits.size(); i++) {
    if (front::same_word(name, kUnits[i].name)) return i;
    if (name.size() > 1 && (name.back() == 'S' || name.back() == 's') && front::same_word(name.substr(0, name.size() - 1), kUnits[i].name)) return i;
  }
  return std::nullopt;
}

bool digits(std::string_view text) {
  return !text.empty() && text.size() <= 15 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// Seconds may have a fraction of up to nine digits, of which six count.
std::optional<int64_t> amount(std::string_view text, const Unit& unit) {
  std::string_view whole = text.substr(0, text.find('.'));
  if (!digits(whole)) return std::nullopt;
  int64_t result = 0;
  if (__builtin_mul_overflow(std::stoll(std::string(whole)), unit.size, &result)) return std::nullopt;
  if (whole.size() == text.size()) return result;
  std::string fraction(text.substr(whole.size() + 1));
  if (unit.size != kSecond || !digits(fraction) || fraction.size() > 9) return std::nullopt;
  fraction.resize(6, '0');
  return result + std::stoll(fraction);
}

}  // namespace

Result<std::string> interval_text(std::string_view value, std::string_view from, std::string_view to, bool negative) {
  auto first = find_unit(from);
  if (!first) return invalid_argument(fmt::format("'{}' is no unit of an interval", from));
  auto last = to.empty() ? first : find_unit(to);
  if (!last) return invalid_argument(fmt::format("'{}' is no unit of an interval", to));
  Error wrong = invalid_argument(fmt::format("'{}' is no interval of {}{}{}", value, from, to.empty() ? "" : " TO ", to));
  std::string_view rest = value;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = negative != (rest.front() == '-');
    rest.remove_prefix(1);
  }
  int64_t total = 0;
  for (size_t at = *first; at <= *last; at++) {
    const Unit& unit = kUnits[at];
    if (unit.months != kUnits[*first].months) return wrong;
    if (*first != *last && (unit.name == "QUARTER" || unit.name == "WEEK")) continue;
    size_t end = at == *last ? rest.size() : rest.find(unit.separator);
    if (end == std::string_view::npos) return wrong;
    auto part = amount(rest.substr(0, end), unit);
    if (!part || __builtin_add_overflow(total, *part, &total)) return wrong;
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  if (*last < *first || !rest.empty()) return wrong;
  return fmt::format("INTERVAL '{}{} {}'", negative ? "-" : "", total, kUnits[*first].months ? "months" : "microseconds");
}

}  // namespace deltastream::engine::plan

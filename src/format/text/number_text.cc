#include "format/text/number_text.h"

#include <charconv>
#include <string>

namespace deltastream::format {
namespace {

bool is_digit(char c) { return unsigned(c) - '0' <= 9; }

// The parts of "[+-]digits[.digits][e…]".
struct NumberParts {
  bool negative = false;
  std::string_view whole, fraction;
  int64_t exponent = 0;
};

std::string_view take_digits(const char*& at, const char* end) {
  const char* begin = at;
  while (at != end && is_digit(*at)) at++;
  return {begin, size_t(at - begin)};
}

bool split_number(std::string_view text, NumberParts& parts) {
  const char* at = text.data();
  const char* end = at + text.size();
  if (at != end && (*at == '-' || *at == '+')) parts.negative = *at++ == '-';
  parts.whole = take_digits(at, end);
  if (at != end && *at == '.') {
    at++;
    parts.fraction = take_digits(at, end);
  }
  if (parts.whole.empty() && parts.fraction.empty()) return false;
  if (at == end) return true;
  if (*at != 'e' && *at != 'E') return false;
  at++;
  bool negative_exponent = false;
  if (at != end && (*at == '-' || *at == '+')) negative_exponent = *at++ == '-';
  std::string_view digits = take_digits(at, end);
  if (digits.empty() || at != end) return false;
  for (char c : digits) {
    if (parts.exponent < 1'000'000'000) parts.exponent = parts.exponent * 10 + (c - '0');
  }
  if (negative_exponent) parts.exponent = -parts.exponent;
  return true;
}

template <class T>
bool parse_floating_as(std::string_view text, T& result) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (rest != text.data() + text.size() || text.empty() || text[0] == '+') return false;
  if (error == std::errc()) return true;
  if (error != std::errc::result_out_of_range) return false;
  NumberParts parts;
  if (!split_number(text, parts)) return false;
  // Out of range is either far too large or far too small; the place of the first digit tells which.
  size_t lead = parts.whole.find_first_not_of('0');
  int64_t magnitude = lead != std::string_view::npos ? int64_t(parts.whole.size() - lead) : -int64_t(parts.fraction.find_first_not_of('0'));
  if (magnitude + parts.exponent > 0) return false;
  result = parts.negative ? T(-0.0) : T(0);
  return true;
}

}  // namespace

bool is_json_number(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  if (at != end && *at == '-') at++;
  std::string_view whole = take_digits(at, end);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return false;
  if (at != end && *at == '.') {
    at++;
    if (take_digits(at, end).empty()) return false;
  }
  if (at == end) return true;
  if (*at != 'e' && *at != 'E') return false;
  at++;
  if (at != end && (*at == '-' || *at == '+')) at++;
  return !take_digits(at, end).empty() && at == end;
}

bool parse_scaled(std::string_view text, int width, int scale, Fraction fraction, int128_t& result) {
  NumberParts parts;
  if (!split_number(text, parts)) return false;
  uint128_t limit = 1;
  for (int i = 0; i < width; i++) limit *= 10;
  size_t available = parts.whole.size() + parts.fraction.size();
  auto digit = [&](size_t i) { return unsigned((i < parts.whole.size() ? parts.whole[i] : parts.fraction[i - parts.whole.size()]) - '0'); };
  // The first `kept` digits are the number in units of 10^-scale, the rest is its fraction.
  int64_t kept = int64_t(parts.whole.size()) + parts.exponent + scale;
  uint128_t value = 0;
  for (int64_t i = 0; i < kept; i++) {
    if (size_t(i) >= available && value == 0) break;
    value = value * 10 + (size_t(i) < available ? digit(size_t(i)) : 0);
    if (value >= limit) return false;
  }
  if (fraction == Fraction::kRefuse) {
    for (size_t i = size_t(kept > 0 ? kept : 0); i < available; i++) {
      if (digit(i) != 0) return false;
    }
  } else if (kept >= 0 && size_t(kept) < available && digit(size_t(kept)) >= 5 && ++value >= limit) {
    return false;
  }
  result = parts.negative ? -int128_t(value) : int128_t(value);
  return true;
}

bool parse_floating(std::string_view text, double& result) { return parse_floating_as(text, result); }
bool parse_floating(std::string_view text, float& result) { return parse_floating_as(text, result); }

}  // namespace deltastream::format

#pragma once
// Numbers as text → exact values. Pure functions; false means: no such number, or it does not fit.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

namespace deltastream::format {

using int128_t = __int128;
using uint128_t = unsigned __int128;

// The grammar of a JSON number: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text);

enum class Fraction { kRound, kRefuse };  // digits beyond the scale: round half up as Flink does, or no match

// "[+-]digits[.digits][e[+-]digits]" as an integer of 10^-scale units, with at most `width` digits. Never through a double.
bool parse_scaled(std::string_view text, int width, int scale, Fraction fraction, int128_t& result);

// Integers; "1.0" and "1e3" are integers too, "1.5" is none.
template <class T>
bool parse_integer(std::string_view text, T& result) {
  // Up to 18 digits cannot overflow: the way of nearly every number.
  const char* at = text.data();
  const char* end = at + text.size();
  bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) at++;
  if (size_t(end - at) - 1 < 18) {
    int64_t value = 0;
    for (; at != end; at++) {
      unsigned digit = unsigned(*at) - '0';
      if (digit > 9) break;
      value = value * 10 + int64_t(digit);
    }
    if (at == end) {
      if (negative) value = -value;
      result = T(value);
      return int64_t(result) == value && (std::numeric_limits<T>::is_signed || value >= 0);
    }
  }
  int128_t wide = 0;
  if (!parse_scaled(text, 20, 0, Fraction::kRefuse, wide)) return false;
  if (wide < int128_t(std::numeric_limits<T>::min()) || wide > int128_t(std::numeric_limits<T>::max())) return false;
  result = T(wide);
  return true;
}

// Decimal text, and "NaN", "Infinity" with a sign, in any case. Too large is no match; too small is zero.
bool parse_floating(std::string_view text, double& result);
bool parse_floating(std::string_view text, float& result);

}  // namespace deltastream::format

#include "engine/front/names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace deltastream::engine::front {
namespace {

// Words that Flink reserves and people like as column names; Flink wants them in backticks.
constexpr std::array<std::string_view, 46> kReserved = {
    "all",   "and",    "as",       "at",     "between", "by",    "case",      "current", "date",   "day",   "default", "end",
    "from",  "group",  "hour",     "in",     "interval", "is",   "join",      "key",     "language", "like", "limit", "minute",
    "month", "not",    "null",     "offset", "on",      "or",    "order",     "partition", "position", "primary", "row", "rows",
    "second", "select", "session", "table",  "time",    "timestamp", "user",  "value",   "values", "year"};

std::string doubled(std::string_view text, char quote) {
  std::string result(1, quote);
  for (char c : text) {
    if (c == quote) result += c;
    result += c;
  }
  return result + quote;
}

}  // namespace

std::string quoted_name(std::string_view name) {
  auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  bool word = !name.empty() && std::all_of(name.begin(), name.end(), plain) && !std::isdigit(static_cast<unsigned char>(name[0]));
  bool reserved = std::find(kReserved.begin(), kReserved.end(), lower_case(name)) != kReserved.end();
  return word && !reserved ? std::string(name) : doubled(name, '`');
}

std::string quoted_text(std::string_view text) { return doubled(text, '\''); }

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace deltastream::engine::front

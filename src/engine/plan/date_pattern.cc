#include "engine/plan/date_pattern.h"

#include <cctype>
#include <map>

#include <fmt/format.h>

namespace deltastream::engine::plan {
namespace {

const std::map<std::string, const char*, std::less<>>& letters() {
  static const std::map<std::string, const char*, std::less<>> map = {
      {"yyyy", "%Y"}, {"uuuu", "%Y"}, {"y", "%Y"},   {"yy", "%y"},  {"MM", "%m"},   {"M", "%-m"},  {"MMM", "%b"}, {"MMMM", "%B"},
      {"dd", "%d"},   {"d", "%-d"},   {"DDD", "%j"}, {"D", "%-j"},  {"HH", "%H"},   {"H", "%-H"},  {"hh", "%I"},  {"h", "%-I"},
      {"mm", "%M"},   {"m", "%-M"},   {"ss", "%S"},  {"s", "%-S"},  {"SSS", "%g"},  {"SSSSSS", "%f"}, {"SSSSSSSSS", "%n"}, {"a", "%p"},
      {"E", "%a"},    {"EEE", "%a"},  {"EEEE", "%A"}, {"Z", "%z"},  {"VV", "%Z"}};
  return map;
}

}  // namespace

Result<std::string> strftime_pattern(std::string_view java) {
  std::string result;
  auto literal = [&](char c) {
    if (c == '%') result += '%';
    result += c;
  };
  for (size_t i = 0; i < java.size();) {
    char c = java[i];
    if (c == '\'') {
      size_t end = java.find('\'', i + 1);
      if (end == std::string_view::npos) return invalid_argument(fmt::format("the pattern '{}' has a quote that is not closed", java));
      if (end == i + 1) literal('\'');
      for (char q : java.substr(i + 1, end - i - 1)) literal(q);
      i = end + 1;
    } else if (std::isalpha(static_cast<unsigned char>(c))) {
      size_t end = java.find_first_not_of(c, i);
      std::string_view run = java.substr(i, end == std::string_view::npos ? end : end - i);
      auto found = letters().find(run);
      if (found == letters().end()) return unsupported(fmt::format("'{}' in the pattern '{}'", run, java));
      result += found->second;
      i += run.size();
    } else {
      literal(c);
      i++;
    }
  }
  return result;
}

}  // namespace deltastream::engine::plan

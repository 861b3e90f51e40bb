#include "connect/filesystem/csv_header.h"

#include <fmt/format.h>

#include <algorithm>

#include "connect/formats.h"

namespace deltastream::connect::filesystem {
namespace {

std::string trimmed(const std::string& text) {
  size_t begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

std::vector<std::string> split_header(std::string_view header, char delimiter, char quote) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (char c : header) {
    if (c == quote) {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      names.emplace_back();
    } else {
      names.back() += c == ',' ? '_' : c;  // the list is comma separated; no column of a table has such a name unquoted
    }
  }
  for (std::string& name : names) name = trimmed(name);
  return names;
}

}  // namespace

Result<std::string> columns_of_header(std::string_view header, char delimiter, char quote, const std::vector<format::DecodeColumn>& wanted,
                                      const std::string& path) {
  std::vector<std::string> names = split_header(header, delimiter, quote);
  for (const format::DecodeColumn& column : wanted) {
    const std::string& name = column.path.front();
    auto same = [&](const std::string& found) { return same_name(found, name); };
    auto count = std::count_if(names.begin(), names.end(), same);
    // A file without any byte has no rows either.
    if (count == 0 && header.empty()) continue;
    if (count != 1) {
      return invalid_argument(fmt::format("'{}': the header {} column '{}'; it names {}", path,
                                          count == 0 ? "lacks the" : "names more than once the", name, fmt::join(names, ", ")));
    }
    *std::find_if(names.begin(), names.end(), same) = name;
  }
  if (header.empty()) {
    names.clear();
    for (const format::DecodeColumn& column : wanted) names.push_back(column.path.front());
  }
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace deltastream::connect::filesystem

#include "engine/plan/bind_errors.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "common/suggest.h"
#include "duckdb/common/error_data.hpp"
#include "duckdb/common/string_util.hpp"
#include "engine/front/names.h"
#include "engine/plan/flink_functions.h"

namespace deltastream::engine::plan {
namespace {

using Info = std::unordered_map<std::string, std::string>;

std::string get(const Info& info, const char* key) {
  auto found = info.find(key);
  return found == info.end() ? "" : found->second;
}

std::string near(const std::string& name, const std::vector<std::string>& candidates) {
  std::string found = nearest_name(name, candidates);
  if (found.empty() && candidates.size() == 1) found = candidates[0];
  return found.empty() ? "" : fmt::format(" (did you mean '{}'?)", found);
}

std::vector<std::string> candidates_of(const Info& info) {
  std::vector<std::string> result;
  for (auto& text : duckdb::StringUtil::Split(get(info, "candidates"), ",")) {
    std::string name = text;
    duckdb::StringUtil::Trim(name);
    // t.column: the table's name says nothing here.
    if (size_t dot = name.rfind('.'); dot != std::string::npos) name = name.substr(dot + 1);
    if (name.size() > 1 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    result.push_back(name);
  }
  return result;
}

std::string unknown_function(const std::string& name, const Info& info) {
  std::vector<std::string> names = candidates_of(info);
  for (const FlinkFunction& function : flink_functions()) names.push_back(front::lower_case(function.name));
  return fmt::format("there is no function '{}'{}", name, near(front::lower_case(name), names));
}

}  // namespace

Error describe_bind_error(const std::exception& exception, const Places& places, size_t query) {
  Error plain = error_from_exception(exception);
  duckdb::ErrorData data(exception);
  Info info(data.ExtraInfo().begin(), data.ExtraInfo().end());
  std::string message = data.RawMessage();
  std::string subtype = get(info, "error_subtype");
  if (subtype == "COLUMN_NOT_FOUND" && !get(info, "name").empty()) {
    message = fmt::format("there is no column '{}'{}", get(info, "name"), near(get(info, "name"), candidates_of(info)));
  } else if (subtype == "MISSING_ENTRY" && get(info, "type").find("Function") != std::string::npos) {
    message = unknown_function(get(info, "name"), info);
  } else if (size_t candidates = message.find("\n"); candidates != std::string::npos) {
    message = message.substr(0, candidates);
  }
  std::string position = get(info, "position");
  size_t place = position.empty() ? query : std::stoull(position);
  return {plain.kind(), fmt::format("{} at {}", message, places.show(place))};
}

}  // namespace deltastream::engine::plan

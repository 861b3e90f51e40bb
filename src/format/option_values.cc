#include "format/option_values.h"

#include <fmt/format.h>
#include <strings.h>

#include "common/suggest.h"

namespace deltastream::format {

const std::string* OptionValues::find(const std::string& name) {
  known_.insert(name);
  auto found = options_.find(name);
  return found == options_.end() ? nullptr : &found->second;
}

Result<bool> OptionValues::boolean(const std::string& name, bool otherwise) {
  const std::string* value = find(name);
  if (!value) return otherwise;
  if (::strcasecmp(value->c_str(), "true") == 0) return true;
  if (::strcasecmp(value->c_str(), "false") == 0) return false;
  return invalid_argument(fmt::format("option '{}.{}' is '{}': it must be true or false", format_, name, *value));
}

Result<std::string> OptionValues::one_of(const std::string& name, const std::vector<std::string>& choices) {
  const std::string* value = find(name);
  if (!value) return choices[0];
  for (const std::string& choice : choices) {
    if (::strcasecmp(value->c_str(), choice.c_str()) == 0) return choice;
  }
  return invalid_argument(fmt::format("option '{}.{}' is '{}': it must be one of {}", format_, name, *value, fmt::join(choices, ", ")));
}

Result<char> OptionValues::character(const std::string& name, char otherwise) {
  const std::string* value = find(name);
  if (!value || value->empty()) return otherwise;
  if (*value == "\\t") return '\t';
  if (value->size() == 1 && (*value)[0] != '\n' && (*value)[0] != '\r') return (*value)[0];
  return invalid_argument(fmt::format("option '{}.{}' is '{}': it must be one character of one byte", format_, name, *value));
}

std::string OptionValues::text(const std::string& name, const std::string& otherwise) {
  const std::string* value = find(name);
  return value ? *value : otherwise;
}

Status OptionValues::no_others() const {
  std::vector<std::string> names(known_.begin(), known_.end());
  for (const auto& [name, value] : options_) {
    if (known_.count(name)) continue;
    std::string nearest = nearest_name(name, names);
    std::string hint = nearest.empty() ? fmt::format("; known are: {}", fmt::join(names, ", ")) : fmt::format("; did you mean '{}.{}'?", format_, nearest);
    return invalid_argument(fmt::format("there is no option '{}.{}'{}", format_, name, hint));
  }
  return {};
}

}  // namespace deltastream::format

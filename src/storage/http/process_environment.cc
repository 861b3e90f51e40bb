#include "storage/http/process_environment.h"

#include <cstdlib>
#include <sstream>

#include "common/files.h"

namespace deltastream::storage {
namespace {

class ProcessVariables final : public Variables {
 public:
  std::optional<std::string> find(const std::string& name) const override {
    const char* value = std::getenv(name.c_str());
    if (!value || !*value) return std::nullopt;
    return std::string(value);
  }
};

std::string trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == std::string_view::npos ? "" : std::string(text.substr(first, last - first + 1));
}

}  // namespace

const Variables& process_variables() {
  static const ProcessVariables kVariables;
  return kVariables;
}

std::optional<std::string> Variables::first_of(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    if (auto value = find(name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string> GivenVariables::find(const std::string& name) const {
  auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

IniFile read_ini(const std::string& path) {
  IniFile file;
  auto text = read_file(system_files(), path);
  if (!text.ok()) return file;
  std::istringstream lines(*text);
  std::string line, section;
  while (std::getline(lines, line)) {
    line = trimmed(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = trimmed(line.substr(1, line.size() - 2));
      if (section.starts_with("profile ")) section = trimmed(section.substr(8));
      continue;
    }
    size_t equals = line.find('=');
    if (equals != std::string::npos) file[section][trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
  }
  return file;
}

}  // namespace deltastream::storage

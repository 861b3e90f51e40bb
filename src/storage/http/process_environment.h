#pragma once
// What the process's environment and the user's files say about stores: where credentials come from. Read when a store is opened.

#include <map>
#include <optional>
#include <string>

#include "common/result.h"

namespace deltastream::storage {

// Variables by name; tests hand in their own.
class Variables {
 public:
  virtual ~Variables() = default;
  // nullopt: not set, or empty.
  virtual std::optional<std::string> find(const std::string& name) const = 0;
  // The first of several names that is set.
  std::optional<std::string> first_of(std::initializer_list<const char*> names) const;
};
const Variables& process_variables();

class GivenVariables final : public Variables {
 public:
  explicit GivenVariables(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  std::optional<std::string> find(const std::string& name) const override;

 private:
  const std::map<std::string, std::string> values_;
};

// Sections of an INI file ("[profile dev]" and "[dev]" are both "dev"): section → key → value. A missing file has none.
using IniFile = std::map<std::string, std::map<std::string, std::string>>;
IniFile read_ini(const std::string& path);

}  // namespace deltastream::storage

#pragma once
// A format's options as typed values, with errors that name the option. Used while a decoder or encoder is made.

#include <set>
#include <string>
#include <vector>

#include "common/result.h"
#include "format/decoder.h"

namespace deltastream::format {

class OptionValues {
 public:
  OptionValues(std::string format, const FormatOptions& options) : format_(std::move(format)), options_(options) {}

  Result<bool> boolean(const std::string& name, bool otherwise);
  // The first of the choices when the option is not given; upper and lower case are the same.
  Result<std::string> one_of(const std::string& name, const std::vector<std::string>& choices);
  // One byte; "\t" may be spelled with a backslash. 0 when not given.
  Result<char> character(const std::string& name, char otherwise);
  std::string text(const std::string& name, const std::string& otherwise);
  bool has(const std::string& name) const { return options_.count(name) != 0; }
  // Invalid argument when an option was given that nobody asked for.
  Status no_others() const;
  // The same for an option that this side of the format has no use for.
  void accept(const std::string& name) { known_.insert(name); }

 private:
  const std::string* find(const std::string& name);

  std::string format_;
  const FormatOptions& options_;
  std::set<std::string> known_;
};

}  // namespace deltastream::format

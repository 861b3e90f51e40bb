#pragma once
// Nobody reads the warnings of a million tables.

#include <string_view>

#include "common/logger.h"

namespace deltastream::fuzz {

class Silent final : public Logger {
 public:
  void log(LogLevel, std::string_view) override {}
};

}  // namespace deltastream::fuzz

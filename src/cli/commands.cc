#include "cli/commands.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/settings.h"
#include "connect/table.h"
#include "engine/duckdb_version.h"

namespace deltastream::cli {

int fail(const Error& error) {
  std::fflush(stdout);
  fmt::print(stderr, "error: {}\n", error.to_string());
  return 1;
}

Result<std::vector<std::pair<std::string, std::string>>> split_settings(const std::vector<std::string>& settings) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& setting : settings) {
    size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid_argument(fmt::format("--set wants key=value, not '{}'", setting));
    }
    pairs.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return pairs;
}

std::string version_text() { return fmt::format("deltastream {} (DuckDB {})", DELTASTREAM_VERSION, engine::duckdb_version()); }

int version_command() {
  fmt::print("{}\n", version_text());
  return 0;
}

int connectors_command() {
  fmt::print("{}", connect::options_as_markdown());
  return 0;
}

int settings_command() {
  fmt::print("{}", settings_as_markdown());
  return 0;
}

}  // namespace deltastream::cli

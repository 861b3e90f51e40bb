#pragma once
// The options 'properties.*' of a table, which Flink hands to the Java client, as librdkafka takes them. Pure function.
// Errors: invalid argument for a value that does not fit, unsupported for Java-only security settings that cannot be mapped;
// values never appear in messages, for they may be secrets.

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/result.h"

namespace deltastream::connect::kafka {

struct ClientProperties {
  std::map<std::string, std::string> native;  // names that librdkafka knows, values that it takes
  std::vector<std::string> ignored;           // names that mean something to the Java client only, or to nobody
  int64_t api_timeout_us = 10'000'000;        // default.api.timeout.ms: how long a call to the broker may take
  bool has(const std::string& name) const { return native.count(name) > 0; }
  std::string get(const std::string& name) const {
    auto found = native.find(name);
    return found == native.end() ? "" : found->second;
  }
};

Result<ClientProperties> translate_properties(const std::unordered_map<std::string, std::string>& properties);

}  // namespace deltastream::connect::kafka

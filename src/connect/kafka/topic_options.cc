#include "connect/kafka/topic_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace deltastream::connect::kafka {

Result<TopicSelection> topic_selection(const Options& options) {
  if (options.has("topic") == options.has("topic-pattern")) {
    return invalid_argument(options.has("topic") ? "'topic' and 'topic-pattern' exclude each other"
                                                 : "connector 'kafka' needs the option 'topic' (or 'topic-pattern')");
  }
  TopicSelection topics;
  topics.pattern = options.get("topic-pattern");
  DS_RETURN_IF_ERROR(check_pattern(topics.pattern));
  const std::string names = options.get("topic");
  for (size_t begin = 0; begin < names.size();) {
    const size_t end = std::min(names.find(';', begin), names.size());
    if (end > begin) topics.names.push_back(names.substr(begin, end - begin));
    begin = end + 1;
  }
  if (topics.names.empty() && topics.pattern.empty()) return invalid_argument("option 'topic' names no topic");
  return topics;
}

Result<ClientProperties> client_properties(const std::string& table, const Options& options, const ConnectorContext& context) {
  DS_ASSIGN_OR_RETURN(ClientProperties properties, translate_properties(options.with_prefix("properties.")));
  if (!properties.has("bootstrap.servers")) return invalid_argument("connector 'kafka' needs the option 'properties.bootstrap.servers'");
  if (!properties.ignored.empty()) {
    context.environment.logger->warn(
        fmt::format("table '{}': these properties mean nothing to librdkafka and are ignored: {}", table, fmt::join(properties.ignored, ", ")));
  }
  return properties;
}

}  // namespace deltastream::connect::kafka

#include "connect/kafka/fetch/fetch_settings.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace deltastream::connect::kafka::fetch {
namespace {

// Properties that change nothing of how a partition is fetched.
constexpr std::string_view kWithoutEffect[] = {
    "bootstrap.servers",    "metadata.broker.list",        "group.id",           "group.instance.id",
    "session.timeout.ms",   "heartbeat.interval.ms",       "max.poll.interval.ms", "auto.commit.interval.ms",
    "metadata.max.age.ms",  "retry.backoff.ms",            "queued.min.messages", "topic.metadata.refresh.interval.ms",
    "allow.auto.create.topics", "partition.assignment.strategy", "statistics.interval.ms", "log.connection.close",
    "debug",                "log_level",                   "fetch.error.backoff.ms", "socket.keepalive.enable",
    "api.version.request",  "socket.nagle.disable"};

bool is_plain(const std::string& protocol) {
  return std::equal(protocol.begin(), protocol.end(), std::begin("plaintext"), std::end("plaintext") - 1,
                    [](char a, char b) { return (a | 0x20) == b; });
}

// librdkafka checked the value already.
template <class T>
void number(const std::string& text, T& value) {
  std::from_chars(text.data(), text.data() + text.size(), value);
}

bool truth(const std::string& text) { return text != "false" && text != "0" && text != "f"; }

OffsetReset reset_of(const std::string& text) {
  if (text == "smallest" || text == "earliest" || text == "beginning") return OffsetReset::kEarliest;
  if (text == "largest" || text == "latest" || text == "end") return OffsetReset::kLatest;
  return OffsetReset::kError;
}

bool take(const std::string& name, const std::string& value, FetchSettings& settings) {
  if (std::find(std::begin(kWithoutEffect), std::end(kWithoutEffect), name) != std::end(kWithoutEffect)) return true;
  if (name == "security.protocol") return is_plain(value);
  if (name == "client.id") return settings.client_id = value, value.size() < 1000;
  if (name == "isolation.level") return settings.limits.read_committed = settings.rules.read_committed = value != "read_uncommitted", true;
  if (name == "auto.offset.reset") return settings.reset = reset_of(value), true;
  if (name == "check.crcs") return settings.rules.check_crcs = truth(value), true;
  if (name == "fetch.wait.max.ms") return number(value, settings.limits.max_wait_ms), true;
  if (name == "fetch.min.bytes") return number(value, settings.limits.min_bytes), true;
  if (name == "fetch.max.bytes") return number(value, settings.limits.max_bytes), true;
  if (name == "fetch.message.max.bytes" || name == "max.partition.fetch.bytes") return number(value, settings.limits.partition_bytes), true;
  if (name == "receive.message.max.bytes") return number(value, settings.max_answer_bytes), true;
  if (name == "socket.timeout.ms") return number(value, settings.io_timeout_ms), true;
  if (name == "socket.connection.setup.timeout.ms") return number(value, settings.connect_timeout_ms), true;
  if (name == "reconnect.backoff.ms") return number(value, settings.reconnect_ms), true;
  if (name == "reconnect.backoff.max.ms") return number(value, settings.reconnect_max_ms), true;
  if (name == "topic.metadata.propagation.max.ms") return number(value, settings.unknown_topic_ms), true;
  if (name == "queued.max.messages.kbytes") return number(value, settings.ahead_bytes), settings.ahead_bytes *= 1024, true;
  return false;
}

}  // namespace

std::optional<FetchSettings> fetch_settings(const ClientProperties& properties, std::string& why) {
  FetchSettings settings;
  for (const auto& [name, value] : properties.native) {
    if (take(name, value, settings)) continue;
    why = name;
    return std::nullopt;
  }
  settings.rules.max_batch_bytes = settings.max_answer_bytes;
  // An answer may hold one batch more than what it was limited to, and its own head.
  constexpr size_t kHead = 1024 * 1024;
  settings.max_answer_bytes = std::max(settings.max_answer_bytes, static_cast<size_t>(settings.limits.max_bytes) + kHead);
  settings.reconnect_ms = std::clamp(settings.reconnect_ms, 10, 60'000);
  settings.reconnect_max_ms = std::max(settings.reconnect_max_ms, settings.reconnect_ms);
  return settings;
}

}  // namespace deltastream::connect::kafka::fetch

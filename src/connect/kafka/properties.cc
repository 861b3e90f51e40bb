#include "connect/kafka/properties.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <regex>

namespace deltastream::connect::kafka {
namespace {

// What the Java client calls otherwise. Names that both know are not listed.
struct JavaName {
  std::string_view java, native;
};
constexpr JavaName kRenamed[] = {
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"ssl.truststore.certificates", "ssl.ca.pem"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
};

// Decided by this connector, whatever a table says.
constexpr std::string_view kOurs[] = {"enable.auto.commit", "enable.auto.offset.store", "enable.partition.eof", "transactional.id"};

// 'org.apache…PlainLoginModule required username="u" password="p";'
std::string jaas_value(const std::string& text, const std::string& name) {
  std::smatch found;
  std::regex pattern(name + R"(\s*=\s*("([^"]*)\"|'([^']*)'|([^\s;]+)))");
  if (!std::regex_search(text, found, pattern)) return "";
  for (size_t group : {2u, 3u, 4u}) {
    if (found[group].matched) return found[group].str();
  }
  return "";
}

Status map_jaas(const std::string& text, std::map<std::string, std::string>& native) {
  if (text.find("LoginModule") == std::string::npos || text.find("Krb5LoginModule") != std::string::npos ||
      text.find("OAuthBearer") != std::string::npos) {
    return unsupported("'properties.sasl.jaas.config' is read for the PLAIN and SCRAM login modules only; give librdkafka's own "
                       "properties instead (sasl.kerberos.*, sasl.oauthbearer.*)");
  }
  std::string user = jaas_value(text, "username"), password = jaas_value(text, "password");
  if (user.empty()) return invalid_argument("'properties.sasl.jaas.config' names no username");
  native.emplace("sasl.username", user);
  native.emplace("sasl.password", password);
  return {};
}

Status map_trust_store(const std::unordered_map<std::string, std::string>& properties, std::map<std::string, std::string>& native) {
  auto location = properties.find("ssl.truststore.location");
  if (location == properties.end()) return {};
  auto type = properties.find("ssl.truststore.type");
  if (type == properties.end() || type->second != "PEM") {
    return unsupported("'properties.ssl.truststore.location' is a Java key store; give the certificates as a PEM file in "
                       "'properties.ssl.ca.location'");
  }
  native.emplace("ssl.ca.location", location->second);
  return {};
}

bool is_java_only(const std::string& name) {
  return name == "sasl.jaas.config" || name == "ssl.truststore.location" || name == "ssl.truststore.type" ||
         name == "ssl.truststore.password" || name == "default.api.timeout.ms";
}

std::string native_name(const std::string& name) {
  for (const JavaName& row : kRenamed) {
    if (row.java == name) return std::string(row.native);
  }
  return name;
}

}  // namespace

Result<ClientProperties> translate_properties(const std::unordered_map<std::string, std::string>& properties) {
  ClientProperties result;
  DS_RETURN_IF_ERROR(map_trust_store(properties, result.native));
  if (auto jaas = properties.find("sasl.jaas.config"); jaas != properties.end()) DS_RETURN_IF_ERROR(map_jaas(jaas->second, result.native));
  if (auto given = properties.find("default.api.timeout.ms"); given != properties.end()) {
    int64_t ms = 0;
    auto [end, error] = std::from_chars(given->second.data(), given->second.data() + given->second.size(), ms);
    if (error != std::errc() || *end != 0 || ms <= 0 || ms > INT32_MAX) {
      return invalid_argument(fmt::format("'properties.default.api.timeout.ms' must be a number of milliseconds, not '{}'", given->second));
    }
    result.api_timeout_us = ms * 1000;
  }
  // librdkafka itself says what it knows and takes.
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> probe(rd_kafka_conf_new(), rd_kafka_conf_destroy);
  for (const auto& [name, value] : properties) {
    if (is_java_only(name)) continue;
    if (std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs)) {
      result.ignored.push_back(name);
      continue;
    }
    char why[256] = "";
    const std::string native = native_name(name);
    switch (rd_kafka_conf_set(probe.get(), native.c_str(), value.c_str(), why, sizeof why)) {
      case RD_KAFKA_CONF_OK: result.native[native] = value; break;
      case RD_KAFKA_CONF_UNKNOWN: result.ignored.push_back(name); break;
      case RD_KAFKA_CONF_INVALID:
        // librdkafka's own text would repeat the value.
        return invalid_argument(fmt::format("'properties.{}': its value is none that the Kafka client takes", name));
    }
  }
  std::sort(result.ignored.begin(), result.ignored.end());
  return result;
}

}  // namespace deltastream::connect::kafka

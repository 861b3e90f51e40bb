#include "connect/kafka/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "connect/kafka/errors.h"

namespace deltastream::connect::kafka {
namespace {

// One attempt of a call: short enough to notice a refusal soon.
constexpr int64_t kAttemptUs = 1'000'000;
// What a destroyed producer may still take to give up its connections is bounded by librdkafka itself.
constexpr int kRetryPauseMs = 100;

}  // namespace

Result<std::shared_ptr<Client>> Client::create(ClientSettings settings, const Environment& environment) {
  std::shared_ptr<Client> client(new Client(std::move(settings), environment));
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::map<std::string, std::string> values = client->settings_.defaults;
  for (const auto& [name, value] : client->settings_.properties.native) values[name] = value;
  for (const auto& [name, value] : client->settings_.forced) values[name] = value;
  char why[512] = "";
  for (const auto& [name, value] : values) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      return invalid_argument(fmt::format("'properties.{}': its value is none that the Kafka client takes", name));
    }
  }
  rd_kafka_conf_set_opaque(conf, client.get());
  rd_kafka_conf_set_error_cb(conf, on_error);
  rd_kafka_conf_set_log_cb(conf, on_log);
  if (client->settings_.undelivered) rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  client->handle_ = rd_kafka_new(client->settings_.type, conf, why, sizeof why);
  if (!client->handle_) {
    rd_kafka_conf_destroy(conf);
    return invalid_argument(fmt::format("the Kafka client cannot be made from 'properties.*': {}", why));
  }
  return client;
}

Client::~Client() {
  if (!handle_) return;
  // Records that nobody waited for are given up: destruction finishes nothing.
  if (settings_.type == RD_KAFKA_PRODUCER) rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_destroy(handle_);
}

void Client::on_error(rd_kafka_t*, int code, const char* reason, void* self) {
  Client& client = *static_cast<Client*>(self);
  const auto error = static_cast<rd_kafka_resp_err_t>(code);
  {
    std::lock_guard lock(client.mutex_);
    if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || client.last_trouble_.empty()) client.last_trouble_ = reason;
    if (is_refusal(error)) client.refusal_ = error;
  }
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !client.down_.exchange(true)) {
    client.environment_.logger->warn(
        fmt::format("table '{}': no Kafka broker of {} answers; waiting for one: {}", client.table(), client.servers(), reason));
  }
}

void Client::on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  const auto* client = static_cast<const Client*>(rd_kafka_opaque(handle));
  // What matters arrives as an error, once; the log repeats it for every attempt.
  client->environment_.logger->log(LogLevel::kDebug, fmt::format("librdkafka {} {}: {}", level, facility, text));
}

void Client::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  if (message->err) static_cast<Client*>(self)->settings_.undelivered(*message);
}

void Client::serve(int timeout_ms) { rd_kafka_poll(handle_, timeout_ms); }

void Client::note_alive() {
  if (!down_.load(std::memory_order_relaxed) || !down_.exchange(false)) return;
  environment_.logger->warn(fmt::format("table '{}': Kafka answers again", table()));
  std::lock_guard lock(mutex_);
  last_trouble_.clear();
}

Error Client::away(const std::string& what) const {
  std::lock_guard lock(mutex_);
  return unavailable(fmt::format("{}: no Kafka broker of '{}' answered within {} s{}{}; is it running, and is "
                                 "'properties.bootstrap.servers' right?",
                                 what, servers(), api_timeout_us() / 1'000'000, last_trouble_.empty() ? "" : ": ", last_trouble_));
}

Status Client::call(const std::string& what, const std::function<rd_kafka_resp_err_t(int timeout_ms)>& call) {
  const int64_t deadline = environment_.clock->steady_us() + api_timeout_us();
  for (;;) {
    const int64_t left = deadline - environment_.clock->steady_us();
    const rd_kafka_resp_err_t code = call(static_cast<int>(std::clamp<int64_t>(left, 1000, kAttemptUs) / 1000));
    serve();
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      note_alive();
      return {};
    }
    {
      std::lock_guard lock(mutex_);
      if (refusal_ != RD_KAFKA_RESP_ERR_NO_ERROR) return permission(fmt::format("{}: {}", what, last_trouble_));
    }
    if (!is_passing(code)) return kafka_error(code, what);
    if (environment_.clock->steady_us() >= deadline) {
      const bool connection = code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
                              code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__RESOLVE;
      return connection ? away(what) : kafka_error(code, what);
    }
    serve(kRetryPauseMs);
  }
}

Status Client::fatal() const {
  char why[512] = "";
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(handle_, why, sizeof why);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return kafka_error(code, why);
}

}  // namespace deltastream::connect::kafka

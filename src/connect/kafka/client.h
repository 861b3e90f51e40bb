#pragma once
// One librdkafka instance: made from a table's properties, with its troubles turned into log lines and errors. Thread-safe;
// shared by the readers or writers of a table, destroyed with the last of them.

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "common/environment.h"
#include "common/result.h"
#include "connect/kafka/properties.h"

namespace deltastream::connect::kafka {

struct ClientSettings {
  rd_kafka_type_t type = RD_KAFKA_CONSUMER;
  std::string table;
  ClientProperties properties;
  std::map<std::string, std::string> defaults;  // where the properties say nothing
  std::map<std::string, std::string> forced;    // whatever the properties say
  // Producers: called from serve() for each record that was not delivered.
  std::function<void(const rd_kafka_message_t&)> undelivered;
};

class Client {
 public:
  static Result<std::shared_ptr<Client>> create(ClientSettings settings, const Environment& environment);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* handle() const { return handle_; }
  const std::string& table() const { return settings_.table; }
  int64_t api_timeout_us() const { return settings_.properties.api_timeout_us; }
  const Environment& environment() const { return environment_; }
  std::string servers() const { return settings_.properties.get("bootstrap.servers"); }

  // Runs librdkafka's callbacks: connection troubles become log lines. Waits for at most that long.
  void serve(int timeout_ms = 0);
  // Something came from the broker.
  void note_alive();

  // Repeats `call` (given how many milliseconds it may take) while it fails for connections that may come back, until the
  // time for calls is up. Errors: permission as soon as the broker refuses us, unavailable when the time is up, naming the
  // broker and its last trouble.
  Status call(const std::string& what, const std::function<rd_kafka_resp_err_t(int timeout_ms)>& call);

  // The fatal error of the instance, if it has one: it must be made anew.
  Status fatal() const;

 private:
  Client(ClientSettings settings, const Environment& environment) : settings_(std::move(settings)), environment_(environment) {}
  static void on_error(rd_kafka_t*, int code, const char* reason, void* self);
  static void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text);
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  Error away(const std::string& what) const;

  const ClientSettings settings_;
  const Environment environment_;
  rd_kafka_t* handle_ = nullptr;
  std::atomic<bool> down_{false};
  mutable std::mutex mutex_;
  std::string last_trouble_;
  rd_kafka_resp_err_t refusal_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;
struct PartitionListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionListDeleter>;

}  // namespace deltastream::connect::kafka

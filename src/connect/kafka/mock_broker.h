#pragma once
// Kafka brokers inside the test's process, which librdkafka brings along. For tests only.

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace deltastream::connect::kafka {

class MockBroker {
 public:
  explicit MockBroker(int brokers = 1) {
    char why[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!host_) throw std::runtime_error(why);
    cluster_ = rd_kafka_mock_cluster_new(host_, brokers);
  }
  ~MockBroker() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }
  MockBroker(const MockBroker&) = delete;
  MockBroker& operator=(const MockBroker&) = delete;

  std::string servers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void create_topic(const std::string& name, int partitions) {
    if (rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1) != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(name);
  }
  void set_leader(const std::string& topic, int partition, int broker) {
    rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, broker);
  }
  // The next requests of this kind (its number in the protocol) are answered so, one after the other.
  void answer_with(int16_t request, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, request, errors.size(), errors.data());
  }
  void set_newest_version(int16_t request, int16_t version) { rd_kafka_mock_set_apiversion(cluster_, request, 0, version); }
  void set_down(bool down) { (down ? rd_kafka_mock_broker_set_down : rd_kafka_mock_broker_set_up)(cluster_, 1); }

 private:
  rd_kafka_t* host_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace deltastream::connect::kafka

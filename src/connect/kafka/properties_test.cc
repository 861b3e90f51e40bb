#include "connect/kafka/properties.h"

#include "connect/kafka/held_records.h"
#include "connect/test_tables.h"

namespace deltastream::connect::kafka {
namespace {

TEST(KafkaProperties, JavaNamesBecomeNative) {
  auto properties = translate_properties({{"bootstrap.servers", "a:1,b:2"},
                                          {"fetch.max.wait.ms", "50"},
                                          {"security.protocol", "SASL_SSL"},
                                          {"sasl.mechanism", "SCRAM-SHA-512"},
                                          {"sasl.jaas.config",
                                           "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"ann\" password='pa ss';"},
                                          {"ssl.truststore.location", "/certs/ca.pem"},
                                          {"ssl.truststore.type", "PEM"},
                                          {"default.api.timeout.ms", "2500"}});
  ASSERT_OK(properties);
  EXPECT_EQ(properties->get("fetch.wait.max.ms"), "50");
  EXPECT_EQ(properties->get("sasl.username"), "ann");
  EXPECT_EQ(properties->get("sasl.password"), "pa ss");
  EXPECT_EQ(properties->get("ssl.ca.location"), "/certs/ca.pem");
  EXPECT_EQ(properties->api_timeout_us, 2'500'000);
  EXPECT_TRUE(properties->ignored.empty());
}

TEST(KafkaProperties, WhatMeansNothingHereIsNamed) {
  auto properties = translate_properties({{"max.poll.records", "5"}, {"key.deserializer", "x"}, {"enable.auto.commit", "true"}, {"client.id", "c"}});
  ASSERT_OK(properties);
  EXPECT_EQ(properties->ignored, (std::vector<std::string>{"enable.auto.commit", "key.deserializer", "max.poll.records"}));
  EXPECT_EQ(properties->get("client.id"), "c");
}

TEST(KafkaProperties, ErrorsNameThePropertyAndNeverItsValue) {
  auto refused = translate_properties({{"security.protocol", "hunter2"}});
  EXPECT_ERROR(refused, ErrorKind::kInvalidArgument, "properties.security.protocol");
  EXPECT_EQ(refused.error().describe().find("hunter2"), std::string::npos);
  EXPECT_ERROR(translate_properties({{"ssl.truststore.location", "/x.jks"}}), ErrorKind::kUnsupported, "properties.ssl.ca.location");
  EXPECT_ERROR(translate_properties({{"sasl.jaas.config", "com.sun.security.auth.module.Krb5LoginModule required;"}}), ErrorKind::kUnsupported,
               "sasl.kerberos");
}

TEST(HeldRecords, ComeBackAsTheyWere) {
  std::string bytes;
  OutgoingRecord first{"key", "value", 17, {{"a", "1"}, {"b", std::nullopt}}};
  OutgoingRecord second{std::nullopt, "", std::nullopt, {}};
  append_record(first, bytes);
  append_record(second, bytes);
  std::vector<std::string> seen;
  ASSERT_OK(for_each_record(bytes, [&](const OutgoingRecord& record) {
    seen.push_back(std::string(record.key.value_or("-")) + "|" + std::string(record.value) + "|" + std::to_string(record.timestamp_ms.value_or(-1)) +
                   "|" + std::to_string(record.headers.size()));
    return Status();
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"key|value|17|2", "-||-1|0"}));
  for (size_t cut = 1; cut < bytes.size(); cut++) {
    // No prefix may read past its end; those that end between two records are shorter lists.
    auto status = for_each_record(std::string_view(bytes).substr(0, cut), [](const OutgoingRecord&) { return Status(); });
    if (!status.ok()) {
      EXPECT_EQ(status.error().kind(), ErrorKind::kCorrupt);
    }
  }
}

}  // namespace
}  // namespace deltastream::connect::kafka

#include "connect/kafka/fetch/fetch_settings.h"

#include <gtest/gtest.h>

namespace deltastream::connect::kafka::fetch {
namespace {

std::optional<FetchSettings> settings_of(const std::unordered_map<std::string, std::string>& properties, std::string& why) {
  auto translated = translate_properties(properties);
  EXPECT_TRUE(translated.ok());
  return fetch_settings(*translated, why);
}

TEST(FetchSettings, PropertiesAreFollowed) {
  std::string why;
  auto settings = settings_of({{"bootstrap.servers", "h:1"},
                               {"client.id", "me"},
                               {"isolation.level", "read_uncommitted"},
                               {"fetch.max.wait.ms", "7"},
                               {"max.partition.fetch.bytes", "2000"},
                               {"queued.max.messages.kbytes", "3"},
                               {"auto.offset.reset", "earliest"},
                               {"security.protocol", "PLAINTEXT"},
                               {"check.crcs", "false"}},
                              why);
  ASSERT_TRUE(settings) << why;
  EXPECT_EQ(settings->client_id, "me");
  EXPECT_FALSE(settings->limits.read_committed);
  EXPECT_FALSE(settings->rules.read_committed);
  EXPECT_FALSE(settings->rules.check_crcs);
  EXPECT_EQ(settings->limits.max_wait_ms, 7);
  EXPECT_EQ(settings->limits.partition_bytes, 2000);
  EXPECT_EQ(settings->ahead_bytes, 3072u);
  EXPECT_EQ(settings->reset, OffsetReset::kEarliest);
  settings = settings_of({}, why);
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings->limits.read_committed && settings->rules.read_committed && settings->rules.check_crcs);
  EXPECT_EQ(settings->reset, OffsetReset::kError);
}

TEST(FetchSettings, WhatIsNotServedIsNamed) {
  std::string why;
  EXPECT_FALSE(settings_of({{"security.protocol", "SSL"}}, why));
  EXPECT_EQ(why, "security.protocol");
  EXPECT_FALSE(settings_of({{"client.rack", "a"}}, why));
  EXPECT_EQ(why, "client.rack");
  EXPECT_FALSE(settings_of({{"broker.address.family", "v4"}}, why));
  EXPECT_EQ(why, "broker.address.family");
}

}  // namespace
}  // namespace deltastream::connect::kafka::fetch

// The connector's own fetching against librdkafka's mock brokers: what a broker may do to a consumer in the middle.

#include "connect/kafka/fetch/fetcher.h"

#include <gtest/gtest.h>

#include <chrono>

#include "connect/kafka/fetch/fetch_stream.h"
#include "connect/kafka/mock_broker.h"
#include "connect/kafka/producer.h"
#include "connect/test_tables.h"

namespace deltastream::connect::kafka::fetch {
namespace {

constexpr int16_t kFetchRequest = 1;
constexpr int kBrokers = 3;

class Fetching : public ::testing::Test {
 protected:
  void SetUp() override {
    environment_.logger = &logger_;
    broker_.create_topic("numbers", 2);
    auto properties = translate_properties({{"bootstrap.servers", broker_.servers()}, {"reconnect.backoff.max.ms", "100"}});
    ASSERT_OK(properties);
    properties_ = *properties;
  }
  std::shared_ptr<Fetcher> fetcher(const std::unordered_map<std::string, std::string>& more = {}) {
    for (const auto& [name, value] : more) properties_.native[name] = value;
    ClientSettings settings;
    settings.table = "numbers";
    settings.properties = properties_;
    auto client = Client::create(settings, environment_);
    EXPECT_OK(client);
    std::string why;
    auto parsed = fetch_settings(properties_, why);
    EXPECT_TRUE(parsed) << why;
    return std::make_shared<Fetcher>(*client, *parsed);
  }
  void produce(int from, int to) {
    ProducerSettings settings;
    settings.table = settings.topic = "numbers";
    settings.properties = properties_;
    settings.partitioner = Partitioner::kFixed;
    auto producer = Producer::create(settings, environment_);
    ASSERT_OK(producer);
    for (int i = from; i < to; i++) {
      const std::string value = std::to_string(i);
      OutgoingRecord record;
      record.value = value;
      ASSERT_OK((*producer)->send(record, 0));
    }
    ASSERT_OK((*producer)->flush());
  }
  // Reads until the stream stands at `position` or fails.
  static Status read_to(RecordStream& stream, int64_t position, std::vector<std::string>& values) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (stream.position() < position) {
      if (std::chrono::steady_clock::now() > deadline) return unavailable("it takes too long");
      DS_ASSIGN_OR_RETURN(auto records, stream.next(7, 10));
      for (const Record& record : records) values.emplace_back(record.value_bytes());
    }
    return {};
  }
  static std::vector<std::string> numbers(int from, int to) {
    std::vector<std::string> texts;
    for (int i = from; i < to; i++) texts.push_back(std::to_string(i));
    return texts;
  }

  MockBroker broker_{kBrokers};
  RecordingLogger logger_;
  Environment environment_;
  ClientProperties properties_;
};

TEST_F(Fetching, EveryRecordComesOnceWhereverTheLeaderGoes) {
  auto fetcher_of_all = fetcher();
  auto stream = open_fetch_stream(fetcher_of_all, {"numbers", 0}, 0);
  std::vector<std::string> values;
  for (int round = 0; round < 6; round++) {
    broker_.set_leader("numbers", 0, round % kBrokers + 1);
    produce(round * 20, round * 20 + 20);
    ASSERT_OK(read_to(*stream, round * 20 + 20, values));
  }
  EXPECT_EQ(values, numbers(0, 120));
  EXPECT_EQ(stream->end_offset(), 120);
}

TEST_F(Fetching, ErrorsThatPassAreWaitedOut) {
  produce(0, 20);
  auto fetcher_of_all = fetcher();
  broker_.answer_with(kFetchRequest, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
                                      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR__TRANSPORT});
  auto stream = open_fetch_stream(fetcher_of_all, {"numbers", 0}, 5);
  std::vector<std::string> values;
  ASSERT_OK(read_to(*stream, 20, values));
  EXPECT_EQ(values, numbers(5, 20));
}

TEST_F(Fetching, ErrorsThatStayAreTold) {
  auto fetcher_of_all = fetcher();
  broker_.answer_with(kFetchRequest, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  auto stream = open_fetch_stream(fetcher_of_all, {"numbers", 0}, 0);
  std::vector<std::string> values;
  EXPECT_ERROR(read_to(*stream, 1, values), ErrorKind::kPermission, "numbers-0", "offset 0");
}

TEST_F(Fetching, AnOffsetThatIsGoneIsReplacedWhereTheTableSaysSo) {
  produce(0, 10);
  std::vector<std::string> values;
  {
    auto fetcher_of_all = fetcher();
    auto stream = open_fetch_stream(fetcher_of_all, {"numbers", 0}, 99);
    EXPECT_ERROR(read_to(*stream, 100, values), ErrorKind::kCorrupt, "no offset 99", "up to 10", "auto.offset.reset");
  }
  auto fetcher_of_all = fetcher({{"auto.offset.reset", "earliest"}});
  auto stream = open_fetch_stream(fetcher_of_all, {"numbers", 0}, 99);
  while (stream->position() == 99) {
    auto records = stream->next(3, 10);
    ASSERT_OK(records);
    for (const Record& record : *records) values.emplace_back(record.value_bytes());
  }
  ASSERT_OK(read_to(*stream, 10, values));
  EXPECT_EQ(values, numbers(0, 10));
}

TEST_F(Fetching, ABrokerOfOldIsLeftToLibrdkafka) {
  broker_.set_newest_version(kFetchRequest, 3);
  auto fetcher_of_all = fetcher();
  auto stream = open_fetch_stream(fetcher_of_all, {"numbers", 0}, 0);
  std::vector<std::string> values;
  EXPECT_ERROR(read_to(*stream, 1, values), ErrorKind::kUnsupported, "librdkafka");
  EXPECT_EQ(stream->position(), 0);
}

TEST_F(Fetching, NoMoreThanAllowedIsFetchedAhead) {
  produce(0, 20'000);
  auto fetcher_of_all = fetcher({{"queued.max.messages.kbytes", "1"}, {"max.partition.fetch.bytes", "1000"}});
  const FeedPtr feed = fetcher_of_all->open({"numbers", 0}, 0);
  std::vector<Buffer> spare;
  BatchReader reader(BatchRules(), 0);
  size_t pieces = 0;
  std::vector<Record> records;
  while (reader.position() < 20'000) {
    auto piece = fetcher_of_all->take(feed, 10, spare);
    if (!piece) continue;
    pieces++;
    reader.open(*std::move(piece));
    ASSERT_OK(reader.read(100'000, records));
    records.clear();
    reader.release(spare);
  }
  EXPECT_GT(pieces, 1u);
  fetcher_of_all->close(feed);
}

}  // namespace
}  // namespace deltastream::connect::kafka::fetch

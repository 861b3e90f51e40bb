// Sink and source against librdkafka's own mock broker.

#include <chrono>

#include "connect/kafka/mock_broker.h"
#include "connect/test_tables.h"

namespace deltastream::connect::kafka {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

class KafkaTopics : public ::testing::Test {
 protected:
  engine::TableDefinition table(const Given& more = {}) {
    Given options = {{"connector", "kafka"}, {"topic", "numbers"}, {"properties.bootstrap.servers", broker_.servers()}, {"format", "json"}};
    for (const auto& option : more) {
      std::erase_if(options, [&](const auto& known) { return known.first == option.first; });
      if (!option.second.empty()) options.push_back(option);
    }
    return test_table("numbers", {{"id", LogicalType::BIGINT}, {"v", LogicalType::VARCHAR}}, options);
  }
  Given bounded(Given more = {}) {
    more.insert(more.begin(), {{"scan.startup.mode", "earliest-offset"}, {"scan.bounded.mode", "latest-offset"}});
    return more;
  }
  engine::TableDefinition with_metadata(engine::TableDefinition table, const std::string& key, const LogicalType& type, bool is_virtual = true) {
    engine::ColumnDefinition column;
    column.name = "m_" + key;
    column.kind = engine::ColumnKind::kMetadata;
    column.metadata_key = key;
    column.metadata_virtual = is_virtual;
    column.type = type;
    table.columns.push_back(column);
    return table;
  }

  // As one subtask of a sink, one checkpoint.
  Status write(const engine::TableDefinition& definition, DataChunk& rows, size_t subtask = 0, int64_t epoch = 1) {
    DS_ASSIGN_OR_RETURN(auto sink, make_sink(definition, context_));
    DS_RETURN_IF_ERROR(sink->open(definition.physical_fields()));
    DS_ASSIGN_OR_RETURN(auto writer, sink->make_writer(subtask));
    DS_RETURN_IF_ERROR(writer->write(rows));
    stream::CommitRequest request;
    request.epoch = epoch;
    DS_ASSIGN_OR_RETURN(std::string prepared, writer->prepare(epoch));
    request.prepared = {prepared};
    return sink->commit(request);
  }
  void fill(int64_t rows, size_t partitions) {
    broker_.create_topic("numbers", static_cast<int>(partitions));
    for (size_t p = 0; p < partitions; p++) {
      auto chunk = numbered_rows(static_cast<int64_t>(p) * rows, static_cast<int64_t>(p + 1) * rows);
      ASSERT_OK(write(table({{"sink.partitioner", "fixed"}}), *chunk, p));
    }
  }
  Result<Rows> read_all(const engine::TableDefinition& definition, size_t batch = kChunkRows, stream::EndpointMetrics* metrics = nullptr) {
    return read_table(definition, context_, batch, metrics);
  }

  MockBroker broker_;
  ConnectorContext context_;
};

Rows expected(int64_t from, int64_t to) {
  Rows rows;
  for (int64_t i = from; i < to; i++) rows.push_back(std::to_string(i) + "|v" + std::to_string(i));
  return rows;
}

TEST_F(KafkaTopics, EveryPartitionIsReadInOrderToWhereItEndsAtStart) {
  fill(100, 3);
  stream::EndpointMetrics metrics;
  auto rows = read_all(table(bounded()), 7, &metrics);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 300));
  EXPECT_EQ(metrics.rows, 300u);
  EXPECT_EQ(metrics.lag, 0);
}

TEST_F(KafkaTopics, APositionResumesAtTheNextRecordAndKeepsTheEnd) {
  fill(50, 1);
  auto definition = table(bounded());
  for (size_t reads : {1u, 3u, 5u}) {
    auto source = make_source(definition, context_);
    ASSERT_OK(source);
    stream::SourceRequest request{all_columns(definition), 7, nullptr};
    ASSERT_OK((*source)->open(request));
    auto splits = (*source)->discover();
    ASSERT_OK(splits);
    ASSERT_EQ(splits->front().id, "numbers-0");
    auto reader = (*source)->open_split(splits->front(), std::nullopt);
    ASSERT_OK(reader);
    Rows rows;
    auto chunk = chunk_for(request.columns);
    for (size_t i = 0; i < reads;) {
      auto state = (*reader)->read(*chunk);
      ASSERT_OK(state);
      append_rows(*chunk, rows);
      if (*state == stream::ReadState::kData) i++;
    }
    const stream::SplitPosition position = (*reader)->position();
    EXPECT_EQ(position.state, "end=50");
    reader->reset();
    auto rest = read_split(**source, splits->front(), request, position);
    ASSERT_OK(rest);
    rows.insert(rows.end(), rest->begin(), rest->end());
    EXPECT_EQ(rows, expected(0, 50));
  }
}

TEST_F(KafkaTopics, SpecificOffsetsBeginAndEnd) {
  fill(20, 2);
  auto rows = read_all(table({{"scan.startup.mode", "specific-offsets"},
                              {"scan.startup.specific-offsets", "partition:0,offset:15;partition:1,offset:3"},
                              {"scan.bounded.mode", "specific-offsets"},
                              {"scan.bounded.specific-offsets", "partition:1,offset:6"}}));
  ASSERT_OK(rows);
  Rows all = expected(15, 20), second = expected(23, 26);
  all.insert(all.end(), second.begin(), second.end());
  EXPECT_EQ(*rows, all);
}

TEST_F(KafkaTopics, KeysHoldTheirColumnsUnderTheirOwnNames) {
  broker_.create_topic("numbers", 1);
  const Given keyed = {{"format", ""},       {"value.format", "json"},     {"key.format", "json"}, {"key.fields", "k_id"},
                       {"key.fields-prefix", "k_"}, {"value.fields-include", "EXCEPT_KEY"}};
  auto definition = table(keyed);
  definition.columns[0].name = "k_id";
  auto chunk = numbered_rows(0, 5);
  ASSERT_OK(write(definition, *chunk));
  Given reading = bounded(keyed);
  auto source = table(reading);
  source.columns[0].name = "k_id";
  auto rows = read_all(source);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 5));
  // The value alone holds the other column only.
  auto values = read_all(table(bounded()));
  ASSERT_OK(values);
  EXPECT_EQ(values->front(), "NULL|v0");
  // A key that is not read is not missed, one that cannot be read is.
  source = table(bounded({{"format", ""}, {"value.format", "json"}, {"key.format", "csv"}, {"key.fields", "id"}, {"value.fields-include", "EXCEPT_KEY"}}));
  EXPECT_ERROR(read_all(source), ErrorKind::kCorrupt, "topic 'numbers', partition 0, offset 0", "in the key");
}

TEST_F(KafkaTopics, RecordsWithoutAKeyHaveNullInItsColumns) {
  broker_.create_topic("numbers", 1);
  auto chunk = numbered_rows(0, 3);
  ASSERT_OK(write(table(), *chunk));
  auto rows = read_all(table(bounded({{"format", ""}, {"value.format", "json"}, {"key.format", "json"}, {"key.fields", "id"}, {"value.fields-include", "EXCEPT_KEY"}})));
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, (Rows{"NULL|v0", "NULL|v1", "NULL|v2"}));
}

TEST_F(KafkaTopics, MetadataIsWrittenAndRead) {
  broker_.create_topic("numbers", 1);
  const auto headers = LogicalType::MAP(LogicalType::VARCHAR, LogicalType::BLOB);
  auto written = with_metadata(with_metadata(table(), "timestamp", LogicalType::TIMESTAMP_TZ, false), "headers", headers, false);
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::BIGINT, LogicalType::VARCHAR, LogicalType::TIMESTAMP_TZ, headers});
  chunk.SetValue(0, 0, Value::BIGINT(1));
  chunk.SetValue(1, 0, Value("a"));
  chunk.SetValue(2, 0, Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(1'700'000'000'123'000)));
  chunk.SetValue(3, 0, Value::MAP(LogicalType::VARCHAR, LogicalType::BLOB, {Value("trace"), Value("none")}, {Value::BLOB("x1"), Value(LogicalType::BLOB)}));
  chunk.SetCardinality(1);
  ASSERT_OK(write(written, chunk));
  auto read = table(bounded());
  read = with_metadata(read, "topic", LogicalType::VARCHAR);
  read = with_metadata(read, "partition", LogicalType::BIGINT);
  read = with_metadata(read, "offset", LogicalType::BIGINT);
  read = with_metadata(read, "timestamp", LogicalType::TIMESTAMP);
  read = with_metadata(read, "timestamp-type", LogicalType::VARCHAR);
  read = with_metadata(read, "headers", headers);
  auto rows = read_all(read);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, (Rows{"1|a|numbers|0|0|2023-11-14 22:13:20.123|CreateTime|{trace=x1, none=NULL}"}));
  EXPECT_ERROR(read_all(with_metadata(read, "offsets", LogicalType::BIGINT)), ErrorKind::kNotFound, "'offsets'", "did you mean 'offset'?");
  EXPECT_ERROR(write(with_metadata(table(), "offset", LogicalType::BIGINT, false), chunk), ErrorKind::kUnsupported, "'offset'", "VIRTUAL");
}

TEST_F(KafkaTopics, AMalformedRecordIsNamedOrLeftOut) {
  broker_.create_topic("numbers", 1);
  auto chunk = numbered_rows(0, 2);
  ASSERT_OK(write(table(), *chunk));
  ASSERT_OK(write(table({{"format", "csv"}}), *chunk));
  EXPECT_ERROR(read_all(table(bounded())), ErrorKind::kCorrupt, "'numbers'", "topic 'numbers', partition 0, offset 2", "json.ignore-parse-errors");
  stream::EndpointMetrics metrics;
  auto rows = read_all(table(bounded({{"json.ignore-parse-errors", "true"}})), kChunkRows, &metrics);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 2));
  EXPECT_EQ(metrics.malformed, 2u);
}

TEST_F(KafkaTopics, ABrokerThatIsAwayForAWhileIsWaitedFor) {
  fill(10, 1);
  auto definition = table({{"scan.startup.mode", "earliest-offset"}, {"properties.reconnect.backoff.max.ms", "100"}});
  RecordingLogger logger;
  context_.environment.logger = &logger;
  auto source = make_source(definition, context_);
  ASSERT_OK(source);
  stream::SourceRequest request{all_columns(definition), kChunkRows, nullptr};
  ASSERT_OK((*source)->open(request));
  auto splits = (*source)->discover();
  ASSERT_OK(splits);
  auto reader = (*source)->open_split(splits->front(), std::nullopt);
  ASSERT_OK(reader);
  Rows rows;
  auto chunk = chunk_for(request.columns);
  auto read_until = [&](auto done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
      auto state = (*reader)->read(*chunk);
      ASSERT_OK(state);
      append_rows(*chunk, rows);
    }
  };
  read_until([&] { return rows.size() == 10; });
  broker_.set_down(true);
  auto told = [&](const std::string& text) {
    auto lines = logger.lines();
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return line.find(text) != std::string::npos; });
  };
  read_until([&] { return told("no Kafka broker"); });
  EXPECT_TRUE(told("no Kafka broker"));
  EXPECT_OK((*source)->discover());
  broker_.set_down(false);
  auto more = numbered_rows(10, 20);
  ASSERT_OK(write(table(), *more));
  // The rows may be here a moment before the thread that fetched them says so.
  read_until([&] { return rows.size() == 20 && told("answers again"); });
  EXPECT_EQ(rows, expected(0, 20));
  EXPECT_TRUE(told("answers again"));
}

TEST_F(KafkaTopics, ABrokerThatIsAwayAtStartIsUnavailableInTime) {
  const Given away = {{"properties.bootstrap.servers", "127.0.0.1:1"}, {"properties.default.api.timeout.ms", "300"}, {"scan.startup.mode", "earliest-offset"}};
  EXPECT_ERROR(read_all(table(away)), ErrorKind::kUnavailable, "'numbers'", "127.0.0.1:1", "bootstrap.servers");
  auto chunk = numbered_rows(0, 1);
  EXPECT_ERROR(write(table(away), *chunk), ErrorKind::kUnavailable, "'numbers'", "127.0.0.1:1");
}

TEST_F(KafkaTopics, AnOffsetThatIsGoneIsAnErrorNotAGap) {
  fill(5, 1);
  auto definition = table({{"scan.startup.mode", "earliest-offset"}});
  auto source = make_source(definition, context_);
  ASSERT_OK(source);
  stream::SourceRequest request{all_columns(definition), kChunkRows, nullptr};
  ASSERT_OK((*source)->open(request));
  auto reader = (*source)->open_split({"numbers-0", ""}, stream::SplitPosition{999, ""});
  ASSERT_OK(reader);
  auto chunk = chunk_for(request.columns);
  Status failed;
  for (int i = 0; i < 1000 && failed.ok(); i++) {
    auto state = (*reader)->read(*chunk);
    if (!state.ok()) failed = std::move(state).error();
  }
  EXPECT_ERROR(failed, ErrorKind::kCorrupt, "partition 0", "offset 999", "auto.offset.reset");
}

TEST_F(KafkaTopics, OptionsThatContradictAreRefused) {
  auto refused = [&](const Given& more) { return make_source(table(more), context_); };
  EXPECT_ERROR(refused({{"topic-pattern", "n.*"}}), ErrorKind::kInvalidArgument, "topic-pattern");
  EXPECT_ERROR(refused({{"topic", ""}, {"topic-pattern", "n(*"}}), ErrorKind::kInvalidArgument, "n(*");
  EXPECT_ERROR(refused({}), ErrorKind::kInvalidArgument, "group-offsets", "properties.group.id");
  EXPECT_ERROR(refused({{"scan.startup.mode", "timestamp"}}), ErrorKind::kInvalidArgument, "scan.startup.timestamp-millis");
  EXPECT_ERROR(refused({{"scan.startup.mode", "specific-offsets"}, {"scan.startup.specific-offsets", "0:1"}}), ErrorKind::kInvalidArgument, "'0:1'");
  EXPECT_ERROR(refused(bounded({{"key.format", "json"}})), ErrorKind::kInvalidArgument, "key.fields");
  EXPECT_ERROR(refused(bounded({{"key.format", "json"}, {"key.fields", "x"}})), ErrorKind::kInvalidArgument, "'x'");
  EXPECT_ERROR(refused(bounded({{"key.format", "json"}, {"key.fields", "id"}, {"key.fields-prefix", "k_"}})), ErrorKind::kInvalidArgument, "EXCEPT_KEY");
  EXPECT_ERROR(make_sink(table({{"topic", "a;b"}}), context_), ErrorKind::kInvalidArgument, "one topic");
}

TEST_F(KafkaTopics, RoundRobinDealsRecordsInTurn) {
  broker_.create_topic("numbers", 4);
  auto chunk = numbered_rows(0, 8);
  ASSERT_OK(write(table({{"sink.partitioner", "round-robin"}}), *chunk));
  auto rows = read_all(with_metadata(table(bounded()), "partition", LogicalType::INTEGER));
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, (Rows{"0|v0|0", "4|v4|0", "1|v1|1", "5|v5|1", "2|v2|2", "6|v6|2", "3|v3|3", "7|v7|3"}));
}

}  // namespace
}  // namespace deltastream::connect::kafka

// The shapes of declaration that the Nexmark suite needs: one wide row of three nested ones, a computed time over all of
// them, views that take them apart, partitioned files, a side input.
#include <gtest/gtest.h>

#include "engine/script.h"

namespace deltastream::engine {
namespace {

std::string events(const std::string& options) {
  return "CREATE TABLE events (\n"
         "  event_type int,\n"
         "  person ROW<\n    id  BIGINT,\n    name  VARCHAR,\n    emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR,\n"
         "    dateTime TIMESTAMP(3),\n    extra  VARCHAR>,\n"
         "  auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3),\n"
         "    expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR>,\n"
         "  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime TIMESTAMP(3), extra VARCHAR>,\n"
         "  dateTime AS\n    CASE\n      WHEN event_type = 0 THEN person.dateTime\n      WHEN event_type = 1 THEN auction.dateTime\n"
         "      ELSE bid.dateTime\n    END,\n"
         "  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND\n"
         ") WITH (\n  " + options + "\n);\n";
}

constexpr const char* kGenerator = "'connector' = 'nexmark', 'first-event.rate' = '10000000', 'events.num' = '100', 'bid.proportion' = '46'";
constexpr const char* kKafka =
    "'connector' = 'kafka', 'topic' = 'nexmark', 'properties.bootstrap.servers' = '127.0.0.1:9092',\n"
    "'scan.startup.mode' = 'earliest-offset', 'sink.partitioner' = 'round-robin', 'format' = 'json'";

TEST(NexmarkDdl, TheWideRow) {
  for (const char* options : {kGenerator, kKafka}) {
    auto statements = parse_script(events(options));
    ASSERT_TRUE(statements.ok()) << statements.error().to_string();
    const TableDefinition& table = std::get<CreateTableStatement>(statements->at(0).body).table;
    ASSERT_EQ(table.columns.size(), 5u);
    EXPECT_EQ(table.columns[1].type.id(), LogicalTypeId::STRUCT);
    EXPECT_EQ(duckdb::StructType::GetChildCount(table.columns[2].type), 10u);
    EXPECT_EQ(duckdb::StructType::GetChildName(table.columns[3].type, 5), "dateTime");
    EXPECT_EQ(table.columns[4].kind, ColumnKind::kComputed);
    EXPECT_TRUE(table.columns[4].expression.starts_with("CASE\n"));
    EXPECT_TRUE(table.columns[4].expression.ends_with("END"));
    EXPECT_EQ(table.watermark->column, "dateTime");
    EXPECT_EQ(table.watermark->expression, "dateTime - INTERVAL '4' SECOND");
  }
}

TEST(NexmarkDdl, ViewsSinksAndSideInput) {
  auto statements = parse_script(events(kGenerator) + R"(
CREATE VIEW bid AS
SELECT bid.auction, bid.bidder, bid.price, dateTime, bid.extra FROM events WHERE event_type = 2;

CREATE TABLE partitioned (auction BIGINT, dateTime TIMESTAMP(3), dt STRING, hm STRING) PARTITIONED BY (dt, hm) WITH (
  'connector' = 'filesystem', 'path' = 'file:///out/bid/', 'format' = 'csv',
  'partition.time-extractor.timestamp-pattern' = '$dt $hm:00', 'sink.rolling-policy.rollover-interval' = '1min'
);
INSERT INTO partitioned
SELECT auction, dateTime, DATE_FORMAT(dateTime, 'yyyy-MM-dd'), DATE_FORMAT(dateTime, 'HH:mm') FROM bid;

CREATE TABLE side_input (key BIGINT, `value` VARCHAR) WITH ('connector' = 'filesystem', 'path' = 'side.txt', 'format' = 'csv');
CREATE TABLE result (auction BIGINT, price DECIMAL(23, 3), `value` VARCHAR) WITH ('connector' = 'blackhole');
INSERT INTO result
SELECT B.auction, 0.908 * B.price, S.`value`
FROM (SELECT *, PROCTIME() AS p_time FROM bid) B JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON mod(B.auction, 10000) = S.key;
)");
  ASSERT_TRUE(statements.ok()) << statements.error().to_string();
  ASSERT_EQ(statements->size(), 7u);
  EXPECT_EQ(std::get<CreateViewStatement>(statements->at(1).body).view.name, "bid");
  const TableDefinition& partitioned = std::get<CreateTableStatement>(statements->at(2).body).table;
  EXPECT_EQ(partitioned.partitioned_by, (std::vector<std::string>{"dt", "hm"}));
  EXPECT_EQ(partitioned.find_option("partition.time-extractor.timestamp-pattern")->value, "$dt $hm:00");
  EXPECT_EQ(std::get<CreateTableStatement>(statements->at(4).body).table.columns[1].name, "value");
  const InsertStatement& joined = std::get<InsertStatement>(statements->at(6).body);
  EXPECT_TRUE(joined.query.sql.starts_with("SELECT B.auction"));
  EXPECT_TRUE(joined.query.sql.ends_with("= S.key"));
}

}  // namespace
}  // namespace deltastream::engine

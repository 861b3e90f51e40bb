#include "connect/nexmark/events.h"

#include <map>

#include "connect/nexmark/texts.h"
#include "connect/test_tables.h"

namespace deltastream::connect {
namespace {

using nexmark::EventType;

TEST(NexmarkEvents, ProportionsAndNumbersOfAnEpoch) {
  std::map<EventType, int> counts;
  for (int64_t n = 0; n < 5000; n++) counts[nexmark::type_of(n)]++;
  EXPECT_EQ(counts[EventType::kPerson], 100);
  EXPECT_EQ(counts[EventType::kAuction], 300);
  EXPECT_EQ(counts[EventType::kBid], 4600);
  EXPECT_EQ(nexmark::last_person(49), 0);
  EXPECT_EQ(nexmark::last_person(50), 1);
  EXPECT_EQ(nexmark::last_auction(1), 0);
  EXPECT_EQ(nexmark::last_auction(3), 2);
  EXPECT_EQ(nexmark::last_auction(49), 2);
  EXPECT_EQ(nexmark::last_auction(50), 2);
  EXPECT_EQ(nexmark::last_auction(51), 3);
}

TEST(NexmarkEvents, PricesAreLogUniform) {
  EXPECT_EQ(nexmark::price_of(0), 100);
  EXPECT_EQ(nexmark::price_of(uint64_t{1} << 63), 100'000);
  EXPECT_EQ(nexmark::price_of(~uint64_t{0}), 99'999'998);
  int below_10_000 = 0, below_1_000_000 = 0;
  const uint64_t key = nexmark::draw_key(0, nexmark::Draw::kBidPrice);
  for (int64_t n = 0; n < 30'000; n++) {
    const int64_t price = nexmark::price_of(nexmark::draw_at(key, n));
    below_10_000 += price < 10'000;
    below_1_000_000 += price < 1'000'000;
  }
  EXPECT_NEAR(below_10_000, 10'000, 300);
  EXPECT_NEAR(below_1_000_000, 20'000, 300);
}

TEST(NexmarkEvents, HotOnesAndRanges) {
  const uint64_t auctions = nexmark::draw_key(7, nexmark::Draw::kBidAuction), bidders = nexmark::draw_key(7, nexmark::Draw::kBidBidder);
  int hot_auctions = 0, hot_bidders = 0;
  for (int64_t n = 1'000'000; n < 1'010'000; n++) {
    const int64_t last_auction = nexmark::last_auction(n), last_person = nexmark::last_person(n);
    const int64_t auction = nexmark::bid_auction(last_auction, nexmark::draw_at(auctions, n)) - 1000;
    const int64_t bidder = nexmark::bid_bidder(last_person, nexmark::draw_at(bidders, n), 1000) - 1000;
    hot_auctions += auction == last_auction / 100 * 100;
    hot_bidders += bidder == last_person / 100 * 100 + 1;
    EXPECT_GE(auction, last_auction - 100);
    EXPECT_LE(auction, last_auction + 10);
    EXPECT_GE(bidder, last_person - 1000);
    EXPECT_LE(bidder, last_person + 10);
  }
  EXPECT_NEAR(hot_auctions, 5050, 200);
  EXPECT_NEAR(hot_bidders, 7500, 200);
}

// The other implementation of the formulas is compared with these.
TEST(NexmarkEvents, KnownTexts) {
  EXPECT_EQ(nexmark::mix(nexmark::kGolden), 0xE220A8397B1DCDAFu);  // the first output of splitmix64 from 0
  EXPECT_EQ(nexmark::extra_text(0, 32, 100).size(), 54u);
  EXPECT_EQ(nexmark::extra_text(~uint64_t{0}, 32, 100).size(), 81u);
  EXPECT_EQ(nexmark::extra_text(1, 101, 100), "");
  EXPECT_EQ(nexmark::channel_texts(0).channel, "Google");
  EXPECT_EQ(nexmark::channel_texts((uint64_t{1} << 63)).channel, "channel-0");
  const auto& third = nexmark::channel_texts((uint64_t{1} << 63) | (uint64_t{3} * 429'497));
  EXPECT_EQ(third.channel, "channel-3");
  EXPECT_EQ(third.url.substr(0, 24), "https://www.nexmark.com/");
  int with_id = 0;
  for (uint64_t i = 0; i < 10'000; i++)
    with_id += nexmark::channel_texts((uint64_t{1} << 63) | (i * 429'497)).url.find("&channel_id=") != std::string::npos;
  EXPECT_NEAR(with_id, 9000, 150);
}

engine::TableDefinition wide_table(const std::vector<std::pair<std::string, std::string>>& more) {
  duckdb::child_list_t<LogicalType> person, auction, bid;
  for (const char* name : {"id"}) person.emplace_back(name, LogicalType::BIGINT);
  for (const char* name : {"name", "emailAddress", "creditCard", "city", "state"}) person.emplace_back(name, LogicalType::VARCHAR);
  person.emplace_back("dateTime", LogicalType::TIMESTAMP);
  person.emplace_back("extra", LogicalType::VARCHAR);
  auction.emplace_back("id", LogicalType::BIGINT);
  for (const char* name : {"itemName", "description"}) auction.emplace_back(name, LogicalType::VARCHAR);
  for (const char* name : {"initialBid", "reserve"}) auction.emplace_back(name, LogicalType::BIGINT);
  for (const char* name : {"dateTime", "expires"}) auction.emplace_back(name, LogicalType::TIMESTAMP);
  for (const char* name : {"seller", "category"}) auction.emplace_back(name, LogicalType::BIGINT);
  auction.emplace_back("extra", LogicalType::VARCHAR);
  for (const char* name : {"auction", "bidder", "price"}) bid.emplace_back(name, LogicalType::BIGINT);
  for (const char* name : {"channel", "url"}) bid.emplace_back(name, LogicalType::VARCHAR);
  bid.emplace_back("dateTime", LogicalType::TIMESTAMP);
  bid.emplace_back("extra", LogicalType::VARCHAR);
  std::vector<std::pair<std::string, std::string>> options = {{"connector", "nexmark"}};
  options.insert(options.end(), more.begin(), more.end());
  return test_table("nexmark",
                    {{"event_type", LogicalType::INTEGER},
                     {"person", LogicalType::STRUCT(person)},
                     {"auction", LogicalType::STRUCT(auction)},
                     {"bid", LogicalType::STRUCT(bid)}},
                    options);
}

TEST(NexmarkSource, EveryEventIsOneRowWithTwoNullParts) {
  auto rows = read_table(wide_table({{"events.num", "3000"}}), {});
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 3000u);
  for (int64_t n = 0; n < 3000; n++) {
    const std::string& row = (*rows)[static_cast<size_t>(n)];
    const int64_t r = n % 50;
    EXPECT_EQ(row[0], r == 0 ? '0' : r <= 3 ? '1' : '2');
    EXPECT_EQ(row.find("|NULL|NULL|{'auction'") != std::string::npos, r > 3) << row;
    EXPECT_EQ(row.find("|NULL|{'id'") != std::string::npos, r >= 1 && r <= 3) << row;
    EXPECT_EQ(row.find("'extra': NULL"), std::string::npos);
  }
  EXPECT_NE((*rows)[50].find("{'id': 1001"), std::string::npos) << (*rows)[50];
  EXPECT_NE((*rows)[50].find("'dateTime': '2026-01-01 00:00:00.005'"), std::string::npos) << (*rows)[50];
}

TEST(NexmarkSource, TheSameEventsWhateverTheSplitsBatchesAndRestarts) {
  auto expected = read_table(wide_table({{"events.num", "5500"}}), {});
  ASSERT_OK(expected);
  std::sort(expected->begin(), expected->end());
  for (std::string splits : {"1", "3", "7"}) {
    auto definition = wide_table({{"events.num", "5500"}, {"splits", splits}});
    auto source = make_source(definition, {});
    ASSERT_OK(source);
    stream::SourceRequest request{all_columns(definition), 33, nullptr};
    ASSERT_OK((*source)->open(request));
    auto all = (*source)->discover();
    ASSERT_OK(all);
    Rows rows;
    for (const auto& split : *all) {
      stream::SplitPosition position;
      auto first = read_split(**source, split, request, std::nullopt, &position, 7);
      ASSERT_OK(first);
      auto rest = read_split(**source, split, request, position);
      ASSERT_OK(rest);
      rows.insert(rows.end(), first->begin(), first->end());
      rows.insert(rows.end(), rest->begin(), rest->end());
    }
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, *expected) << splits << " splits";
  }
  auto other = read_table(wide_table({{"events.num", "100"}, {"seed", "1"}}), {});
  ASSERT_OK(other);
  EXPECT_NE(other->back(), (*read_table(wide_table({{"events.num", "100"}}), {})).back());
}

TEST(NexmarkSource, LeavesAloneEqualTheirRow) {
  auto definition = wide_table({{"events.num", "200"}});
  auto source = make_source(definition, {});
  ASSERT_OK(source);
  stream::SourceRequest request{
      {{{"BID", "Price"}, LogicalType::BIGINT}, {{"bid"}, definition.columns[3].type}, {{"auction", "expires"}, LogicalType::TIMESTAMP}},
      kChunkRows,
      nullptr};
  ASSERT_OK((*source)->open(request));
  auto rows = read_split(**source, (*source)->discover()->front(), request);
  ASSERT_OK(rows);
  for (size_t n = 4; n < 50; n++) {
    const std::string price = (*rows)[n].substr(0, (*rows)[n].find('|'));
    EXPECT_NE((*rows)[n].find("'price': " + price + ","), std::string::npos) << (*rows)[n];
  }
  EXPECT_EQ((*rows)[0], "NULL|NULL|NULL");
}

TEST(NexmarkSource, TheRateLimitHoldsRowsBack) {
  ManualClock clock;
  ConnectorContext context;
  context.environment.clock = &clock;
  auto definition = wide_table({{"events.num", "100"}, {"rate-limit", "1000"}});
  auto source = make_source(definition, context);
  ASSERT_OK(source);
  stream::SourceRequest request{{{{"event_type"}, LogicalType::INTEGER}}, kChunkRows, nullptr};
  ASSERT_OK((*source)->open(request));
  auto reader = (*source)->open_split((*source)->discover()->front(), std::nullopt);
  ASSERT_OK(reader);
  auto chunk = chunk_for(request.columns);
  EXPECT_EQ(*(*reader)->read(*chunk), stream::ReadState::kData);
  EXPECT_EQ(chunk->size(), 1u);
  EXPECT_EQ(*(*reader)->read(*chunk), stream::ReadState::kIdle);
  clock.advance_us(50'000);
  EXPECT_EQ(*(*reader)->read(*chunk), stream::ReadState::kData);
  EXPECT_EQ(chunk->size(), 50u);
  clock.advance_us(1'000'000);
  EXPECT_EQ(*(*reader)->read(*chunk), stream::ReadState::kEnd);
  EXPECT_EQ(chunk->size(), 49u);
}

TEST(NexmarkSource, WrongColumnsAndOptionsAreNamed) {
  auto open = [](const engine::TableDefinition& definition, engine::SourceColumn column) -> Status {
    DS_ASSIGN_OR_RETURN(auto source, make_source(definition, {}));
    return source->open({{column}, kChunkRows, nullptr});
  };
  EXPECT_ERROR(open(wide_table({}), {{"bid", "prise"}, LogicalType::BIGINT}), ErrorKind::kNotFound, "bid.prise", "'bid.price'");
  EXPECT_ERROR(open(wide_table({}), {{"bids"}, LogicalType::BIGINT}), ErrorKind::kNotFound, "'bids'", "'bid'");
  EXPECT_ERROR(open(wide_table({}), {{"bid", "price"}, LogicalType::DOUBLE}), ErrorKind::kInvalidArgument, "bid.price", "BIGINT", "DOUBLE");
  EXPECT_ERROR(make_source(wide_table({{"base-time", "noon"}}), {}), ErrorKind::kInvalidArgument, "base-time", "noon");
  EXPECT_ERROR(make_source(wide_table({{"next-event.rate", "0"}}), {}), ErrorKind::kInvalidArgument, "next-event.rate");
  EXPECT_FALSE(*is_bounded(wide_table({})));
  EXPECT_TRUE(*is_bounded(wide_table({{"events.num", "1"}})));
}

}  // namespace
}  // namespace deltastream::connect

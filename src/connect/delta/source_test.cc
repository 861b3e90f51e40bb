#include "connect/test_tables.h"
#include "delta/change_feed.h"
#include "delta/history.h"
#include "delta/snapshot.h"
#include "storage/stores.h"

namespace deltastream::connect {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

class DeltaSource : public ::testing::Test {
 protected:
  engine::TableDefinition table(const Given& more = {}, const std::vector<std::string>& partitions = {}) {
    Given options = {{"connector", "delta"}, {"table_path", folder_.path() + "/t"}};
    options.insert(options.end(), more.begin(), more.end());
    auto definition = test_table("t", {{"id", LogicalType::BIGINT}, {"name", LogicalType::VARCHAR}}, options);
    definition.partitioned_by = partitions;
    return definition;
  }

  // One version with the rows from … to-1.
  void append(int64_t from, int64_t to, const std::vector<std::string>& partitions = {}) {
    auto definition = table({}, partitions);
    auto sink = make_sink(definition, context_);
    ASSERT_OK(sink);
    ASSERT_OK((*sink)->open(definition.physical_fields()));
    auto writer = (*sink)->make_writer(0);
    ASSERT_OK(writer);
    auto rows = numbered_rows(from, to);
    ASSERT_OK((*writer)->write(*rows));
    stream::CommitRequest request;
    request.pipeline = "p" + std::to_string(++epoch_);
    request.sink = "t";
    request.epoch = epoch_;
    auto prepared = (*writer)->prepare(epoch_);
    ASSERT_OK(prepared);
    request.prepared = {*prepared};
    ASSERT_OK((*sink)->commit(request));
  }

  // Version 1 of the table again as a commit that deletes its file.
  void remove_file_of(int64_t version) {
    auto store = storage::make_local_store(folder_.path() + "/t");
    auto feed = delta::ChangeFeed::open(store, {version, version, delta::ChangeMode::kAppends});
    ASSERT_OK(feed);
    auto changes = feed->next();
    ASSERT_OK(changes);
    ASSERT_TRUE(changes->has_value());
    auto snapshot = delta::Snapshot::open(store);
    ASSERT_OK(snapshot);
    delta::Remove remove;
    remove.path = (**changes).files.front().file.path;
    remove.deletion_timestamp = 1;
    remove.data_change = true;
    std::string line;
    delta::append_json(remove, line);
    char name[64];
    std::snprintf(name, sizeof name, "_delta_log/%020lld.json", static_cast<long long>(snapshot->version() + 1));
    ASSERT_OK(store->put_if_absent(name, R"({"commitInfo":{"operation":"DELETE"}})" "\n" + line + "\n"));
  }

  struct Opened {
    std::unique_ptr<stream::Source> source;
    stream::SourceRequest request;
    std::vector<stream::Split> splits;
  };
  Opened open(const Given& more, const std::map<std::string, stream::SplitPosition>& positions = {}, size_t batch = kChunkRows) {
    auto definition = table(more);
    auto source = make_source(definition, context_);
    EXPECT_OK(source);
    Opened opened{std::move(*source), {all_columns(definition), batch, nullptr}, {}};
    EXPECT_OK(opened.source->open(opened.request));
    if (!positions.empty()) EXPECT_OK(opened.source->resume(positions));
    auto splits = opened.source->discover();
    EXPECT_OK(splits);
    if (splits.ok()) opened.splits = *splits;
    return opened;
  }

  // Reads until there is nothing now.
  static Result<Rows> drain(stream::SplitReader& reader, const stream::SourceRequest& request, size_t reads = SIZE_MAX) {
    Rows rows;
    auto chunk = chunk_for(request.columns);
    for (size_t i = 0; i < reads; i++) {
      DS_ASSIGN_OR_RETURN(auto state, reader.read(*chunk));
      append_rows(*chunk, rows);
      if (state != stream::ReadState::kData) break;
    }
    return rows;
  }

  static Rows expected(int64_t from, int64_t to) {
    Rows rows;
    for (int64_t i = from; i < to; i++) rows.push_back(std::to_string(i) + "|v" + std::to_string(i));
    return rows;
  }

  TempFolder folder_;
  ConnectorContext context_;
  int64_t epoch_ = 0;
};

TEST_F(DeltaSource, ASnapshotIsBoundedAndResumesToTheRow) {
  append(0, 300);
  append(300, 310);
  auto rows = read_table(table(), context_, 7);
  ASSERT_OK(rows);
  std::sort(rows->begin(), rows->end());
  Rows all = expected(0, 310);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(*rows, all);
  EXPECT_TRUE(*is_bounded(table()));

  auto opened = open({}, {}, 50);
  ASSERT_EQ(opened.splits.size(), 2u);
  EXPECT_EQ(opened.splits[0].id, "v2/0/2");
  for (const auto& split : opened.splits) {
    stream::SplitPosition middle;
    auto first = read_split(*opened.source, split, opened.request, std::nullopt, &middle, 2);
    ASSERT_OK(first);
    auto rest = read_split(*opened.source, split, opened.request, middle);
    ASSERT_OK(rest);
    auto whole = read_split(*opened.source, split, opened.request);
    ASSERT_OK(whole);
    first->insert(first->end(), rest->begin(), rest->end());
    EXPECT_EQ(*first, *whole);
  }
}

TEST_F(DeltaSource, AResumedJobKeepsItsVersion) {
  append(0, 10);
  auto opened = open({});
  ASSERT_EQ(opened.splits.size(), 1u);
  append(10, 20);
  auto again = open({}, {{opened.splits[0].id, {4, ""}}});
  ASSERT_EQ(again.splits.size(), 1u);
  EXPECT_EQ(again.splits[0].id, "v1/0/1");
  auto rows = read_split(*again.source, again.splits[0], again.request, stream::SplitPosition{4, ""});
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(4, 10));
}

TEST_F(DeltaSource, SnapshotThenWhatIsAddedAfterIt) {
  append(0, 5);
  Given follow = {{"source.monitor-interval", "0 s"}};
  auto opened = open(follow, {}, 3);
  EXPECT_FALSE(opened.source->bounded());
  ASSERT_EQ(opened.splits.size(), 2u);
  auto first = read_split(*opened.source, opened.splits[0], opened.request);
  ASSERT_OK(first);
  EXPECT_EQ(*first, expected(0, 5));
  auto log = opened.source->open_split(opened.splits[1], std::nullopt);
  ASSERT_OK(log);
  auto rows = drain(**log, opened.request);
  ASSERT_OK(rows);
  EXPECT_TRUE(rows->empty());
  append(5, 12);
  append(12, 20);
  rows = drain(**log, opened.request, 2);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(5, 11));
  // Another process goes on from there.
  auto again = open(follow, {{"log", (*log)->position()}}, 3);
  ASSERT_EQ(again.splits.size(), 2u);
  EXPECT_EQ(again.splits[0].id, "v1/0/1");
  auto resumed = again.source->open_split(again.splits[1], (*log)->position());
  ASSERT_OK(resumed);
  rows = drain(**resumed, again.request);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(11, 20));
  EXPECT_EQ((*resumed)->position().offset, 15);
}

TEST_F(DeltaSource, ATableThatWasEmptyAtStartIsNotReadTwice) {
  auto definition = table();
  auto sink = make_sink(definition, context_);
  ASSERT_OK(sink);
  ASSERT_OK((*sink)->open(definition.physical_fields()));
  Given follow = {{"scan.mode", "snapshot-and-follow"}};
  auto opened = open(follow);
  ASSERT_EQ(opened.splits.size(), 1u);
  append(0, 3);
  auto log = opened.source->open_split(opened.splits[0], std::nullopt);
  ASSERT_OK(log);
  auto rows = drain(**log, opened.request);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 3));
  auto again = open(follow, {{"log", (*log)->position()}});
  EXPECT_EQ(again.splits.size(), 1u);
}

TEST_F(DeltaSource, FollowFromAVersion) {
  append(0, 2);
  append(2, 4);
  append(4, 6);
  for (auto [from, begin] : std::vector<std::pair<std::string, int64_t>>{{"0", 0}, {"2", 2}, {"3", 4}, {"latest", 6}}) {
    auto opened = open({{"startingVersion", from}});
    ASSERT_EQ(opened.splits.size(), 1u);
    auto log = opened.source->open_split(opened.splits[0], std::nullopt);
    ASSERT_OK(log);
    auto rows = drain(**log, opened.request);
    ASSERT_OK(rows);
    EXPECT_EQ(*rows, expected(begin, 6)) << from;
  }
  auto opened = open({{"startingTimestamp", "2001-01-01"}});
  auto log = opened.source->open_split(opened.splits.front(), std::nullopt);
  ASSERT_OK(log);
  auto rows = drain(**log, opened.request);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 6));
}

TEST_F(DeltaSource, VersionsThatDeleteStopTheJobOrArePassedOver) {
  append(0, 2);
  remove_file_of(1);
  append(2, 4);
  auto opened = open({{"startingVersion", "1"}});
  auto log = opened.source->open_split(opened.splits.front(), std::nullopt);
  ASSERT_OK(log);
  EXPECT_ERROR(drain(**log, opened.request), ErrorKind::kUnsupported, "version 2", "DELETE", "skipChangeCommits");
  auto skipping = open({{"startingVersion", "1"}, {"skipChangeCommits", "true"}});
  log = skipping.source->open_split(skipping.splits.front(), std::nullopt);
  ASSERT_OK(log);
  auto rows = drain(**log, skipping.request);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 4));
}

TEST_F(DeltaSource, PartitionValuesAndColumnsOutOfOrder) {
  append(0, 3, {"name"});
  auto definition = table();
  std::swap(definition.columns[0], definition.columns[1]);
  auto rows = read_table(definition, context_);
  ASSERT_OK(rows);
  std::sort(rows->begin(), rows->end());
  EXPECT_EQ(*rows, (Rows{"v0|0", "v1|1", "v2|2"}));
}

TEST_F(DeltaSource, WhatDoesNotFitIsRefused) {
  EXPECT_ERROR(read_table(table(), context_), ErrorKind::kNotFound, "'t'");
  append(0, 1);
  auto definition = table();
  definition.columns[1].name = "nam";
  EXPECT_ERROR(read_table(definition, context_), ErrorKind::kNotFound, "'nam'", "did you mean 'name'?");
  definition = table();
  definition.columns[1].type = LogicalType::BIGINT;
  EXPECT_ERROR(read_table(definition, context_), ErrorKind::kInvalidArgument, "'name'", "VARCHAR", "BIGINT");
  EXPECT_ERROR(read_table(table({{"version", "9"}}), context_), ErrorKind::kNotFound, "9");
  EXPECT_ERROR(make_source(table({{"scan.mode", "snapshot"}, {"startingVersion", "1"}}), context_), ErrorKind::kInvalidArgument, "startingVersion");
  EXPECT_ERROR(make_source(table({{"startingVersion", "x"}}), context_), ErrorKind::kInvalidArgument, "'x'");
}

TEST_F(DeltaSource, AnEarlierVersion) {
  append(0, 2);
  append(2, 4);
  auto rows = read_table(table({{"version", "1"}}), context_);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 2));
}

TEST_F(DeltaSource, TheVersionThatStoodAtATime) {
  append(0, 2);
  append(2, 4);
  auto store = storage::make_local_store(folder_.path() + "/t");
  const int64_t then_ms = delta::timestamp_of(store, 1).value();
  const std::string then = duckdb::Timestamp::ToString(duckdb::timestamp_t(then_ms * 1000));
  auto rows = read_table(table({{"timestamp", then}}), context_);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, expected(0, 2));
  EXPECT_ERROR(read_table(table({{"timestamp", "2000-01-01 00:00:00"}}), context_), ErrorKind::kNotFound, "2000-01-01T00:00:00.000Z", "version 0");
  EXPECT_ERROR(read_table(table({{"timestamp", "2999-01-01 00:00:00"}}), context_), ErrorKind::kInvalidArgument, "2999-01-01T00:00:00.000Z");
  EXPECT_ERROR(make_source(table({{"timestamp", then}, {"version", "1"}}), context_), ErrorKind::kInvalidArgument, "'version'", "'timestamp'");
  EXPECT_ERROR(make_source(table({{"timestamp", then}, {"startingVersion", "1"}}), context_), ErrorKind::kInvalidArgument, "'timestamp'");
}

}  // namespace
}  // namespace deltastream::connect

#include "delta/log.h"

#include <gtest/gtest.h>

#include "delta/log/table_testing.h"

namespace deltastream::delta {
namespace {

LogListing listing(std::initializer_list<const char*> names) {
  std::vector<storage::ObjectMeta> objects;
  for (const char* name : names) objects.push_back({std::string(kLogFolder) + name, 1, 0});
  return classify_log(objects);
}

// "5c 6 7": a checkpoint of version 5, then the commits 6 and 7; "1-4" is a compacted file.
std::string shape(const LogSegment& segment) {
  std::string text = segment.checkpoint ? std::to_string(segment.checkpoint->version) + "c" : "";
  for (const auto& file : segment.commits) {
    text += text.empty() ? "" : " ";
    text += file.compacted() ? std::to_string(file.first_version) + "-" + std::to_string(file.version) : std::to_string(file.version);
  }
  return text;
}

std::vector<std::string> ways(const LogListing& log, std::optional<int64_t> version = std::nullopt) {
  auto segments = log_segments(log, version, "t");
  if (!segments.ok()) return {std::string(kind_name(segments.error().kind()))};
  std::vector<std::string> shapes;
  for (const auto& segment : *segments) shapes.push_back(shape(segment));
  return shapes;
}

using Ways = std::vector<std::string>;

TEST(Log, KnowsItsNames) {
  auto log = listing({"00000000000000000000.json", "00000000000000000001.json", ".00000000000000000001.json.crc", "00000000000000000001.crc",
                      "00000000000000000001.checkpoint.parquet", "00000000000000000001.checkpoint.0000000001.0000000002.parquet",
                      "00000000000000000001.checkpoint.0000000002.0000000002.parquet", "00000000000000000000.checkpoint.0000000001.0000000002.parquet",
                      "00000000000000000001.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json",
                      "00000000000000000000.00000000000000000001.compacted.json", "_last_checkpoint", "1.json", "00000000000000000001.json.tmp",
                      "_sidecars/00000000000000000007.json", "99999999999999999999.json",
                      "09223372036854775807.json", "09223372036854775807.checkpoint.parquet"});
  EXPECT_EQ(log.commits.size(), 2u);
  EXPECT_EQ(log.compactions.size(), 1u);
  ASSERT_EQ(log.checkpoints.size(), 3u) << "the multi-part one of version 0 lacks a part";
  for (const auto& checkpoint : log.checkpoints) EXPECT_EQ(checkpoint.version, 1);
}

TEST(Log, WaysToAVersion) {
  auto log = listing({"00000000000000000000.json", "00000000000000000001.json", "00000000000000000002.json", "00000000000000000003.json",
                      "00000000000000000001.checkpoint.parquet", "00000000000000000003.checkpoint.parquet"});
  EXPECT_EQ(ways(log), (Ways{"3c", "1c 2 3", "0 1 2 3"}));
  EXPECT_EQ(ways(log, 2), (Ways{"1c 2", "0 1 2"}));
  EXPECT_EQ(ways(log, 4), (Ways{"not found"}));
  EXPECT_EQ(ways(log, -1), (Ways{"not found"}));
}

TEST(Log, OnlyContiguousWays) {
  auto log = listing({"00000000000000000002.json", "00000000000000000004.json", "00000000000000000001.checkpoint.parquet",
                      "00000000000000000003.checkpoint.parquet"});
  EXPECT_EQ(ways(log), (Ways{"3c 4"}));
  EXPECT_EQ(ways(log, 2), (Ways{"1c 2"}));
  EXPECT_EQ(ways(log, 0), (Ways{"not found"})) << "cleaned up";
  EXPECT_NE(log_segments(log, 0, "t").error().message().find("the earliest that can be read is 1"), std::string::npos);
  EXPECT_EQ(ways(listing({"00000000000000000000.json", "00000000000000000002.json"})), (Ways{"corrupt"}));
}

TEST(Log, CompactedFilesStandInOnlyWhole) {
  auto log = listing({"00000000000000000000.json", "00000000000000000001.json", "00000000000000000002.json", "00000000000000000003.json",
                      "00000000000000000001.00000000000000000002.compacted.json", "00000000000000000001.00000000000000000003.compacted.json"});
  EXPECT_EQ(ways(log), (Ways{"0 1-3", "0 1 2 3"}));
  EXPECT_EQ(ways(log, 2), (Ways{"0 1-2", "0 1 2"}));
  EXPECT_EQ(ways(log, 1), (Ways{"0 1"}));
  auto gap = listing({"00000000000000000000.json", "00000000000000000003.json", "00000000000000000001.00000000000000000002.compacted.json"});
  EXPECT_EQ(ways(gap), (Ways{"0 1-2 3"}));
}

TEST(Log, HintIsOnlyAHint) {
  TestTable table;
  EXPECT_FALSE(last_checkpoint_hint(*table.store));
  for (const char* text : {"", "{", "[]", R"({"version":"1"})", R"({"version":-1})"}) {
    table.put(kLastCheckpointPath, text);
    EXPECT_FALSE(last_checkpoint_hint(*table.store)) << text;
  }
  table.put(kLastCheckpointPath, R"({"version":10,"size":5})");
  EXPECT_EQ(last_checkpoint_hint(*table.store), 10);
  // The checkpoint it names is not there, nor is anything from there on.
  table.commit(0, {protocol_line(), metadata_line()});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_EQ(snapshot->version(), 0);
}

TEST(Log, CompactedFirstMentionWins) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line(), add_line("one")});
  table.put("_delta_log/00000000000000000001.00000000000000000002.compacted.json",
            TestTable::join({R"({"txn":{"appId":"a","version":2}})", remove_line("two"), add_line("two"), add_line("three", 2), add_line("three", 1),
                             R"({"txn":{"appId":"a","version":1}})", remove_line("one"), add_line("one")}));
  table.commit(2, {R"({"commitInfo":{"inCommitTimestamp":99}})"});
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_EQ(snapshot->version(), 2);
  EXPECT_EQ(paths_of(snapshot->files()), (std::vector<std::string>{"three"}));
  EXPECT_EQ(snapshot->files().total_bytes(), 2u);
  EXPECT_EQ(snapshot->txn("a"), 2);
}

TEST(Log, BrokenCompactedFileIsReadAround) {
  TestTable table;
  table.commit(0, {protocol_line(), metadata_line()});
  table.commit(1, {add_line("one")});
  table.commit(2, {add_line("two")});
  table.put("_delta_log/00000000000000000001.00000000000000000002.compacted.json", "{broken");
  auto snapshot = table.open();
  ASSERT_TRUE(snapshot.ok()) << snapshot.error().to_string();
  EXPECT_EQ(snapshot->files().size(), 2u);
  EXPECT_EQ(table.logger.warnings.size(), 1u);
}

}  // namespace
}  // namespace deltastream::delta

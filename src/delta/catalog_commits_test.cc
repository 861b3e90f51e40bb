#include "delta/catalog_commits.h"

#include <gtest/gtest.h>

#include "delta/change_feed.h"
#include "delta/history.h"
#include "delta/log/table_testing.h"
#include "delta/transaction.h"

namespace deltastream::delta {
namespace {

using Texts = std::vector<std::string>;

std::string info(int64_t time, const std::string& operation = "WRITE") {
  return R"({"commitInfo":{"inCommitTimestamp":)" + std::to_string(time) + R"(,"operation":")" + operation + "\"}}";
}

std::string managed_metadata() { return metadata_line(field_json("a"), "", R"("delta.enableInCommitTimestamps":"true","delta.enableChangeDataFeed":"true")"); }

std::string staged_name(int64_t version, const std::string& id = "0f3a4d8e-6b0c-4b57-9a3e-2f1f6d6f7a11") {
  return commit_path(version).substr(sizeof kLogFolder - 1, 20) + "." + id + ".json";
}

class CatalogTable : public testing::Test {
 protected:
  // Versions 0 and 1 are published, 2 is staged; with the catalog alone: 3.
  void SetUp() override {
    table_.commit(0, {info(100), features_line(R"("catalogManaged")", R"("catalogManaged","inCommitTimestamp","changeDataFeed")"), managed_metadata()});
    table_.commit(1, {info(200), add_line("one")});
    stage(2, {info(300), add_line("two")});
  }
  void stage(int64_t version, std::initializer_list<std::string> lines, const std::string& name = "") {
    table_.put("_delta_log/_staged_commits/" + (name.empty() ? staged_name(version) : name), TestTable::join(lines));
  }
  static CatalogCommit inline_commit(int64_t version) {
    return parse_catalog_commit(std::to_string(version) + ":" + info(400) + "\n" + add_line("three") + "\n").value();
  }
  static CatalogCommit staged(int64_t version) { return parse_catalog_commit(staged_name(version)).value(); }
  std::shared_ptr<storage::ObjectStore> store(int64_t latest, std::vector<CatalogCommit> commits) {
    return with_catalog_commits(table_.store, {latest, std::move(commits)}).value();
  }
  Texts files(int64_t latest, std::vector<CatalogCommit> commits, std::optional<int64_t> version = std::nullopt) {
    auto opened = Snapshot::open(store(latest, std::move(commits)), version, table_.environment);
    return opened.ok() ? paths_of(opened->files()) : Texts{opened.error().to_string()};
  }
  TestTable table_;
};

TEST_F(CatalogTable, ByPathAloneItIsRefused) {
  auto opened = table_.open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(opened.error().describe().find("'catalogManaged'"), std::string::npos);
}

TEST_F(CatalogTable, StagedAndInlineCommitsFollowThePublishedOnes) {
  EXPECT_EQ(files(3, {inline_commit(3), staged(2)}), (Texts{"one", "two", "three"}));
  EXPECT_EQ(files(2, {staged(2)}), (Texts{"one", "two"}));
  EXPECT_EQ(files(1, {}), (Texts{"one"}));
  EXPECT_EQ(files(3, {staged(2), inline_commit(3)}, 2), (Texts{"one", "two"})) << "an earlier version";
  EXPECT_NE(files(2, {staged(2)}, 3).at(0).find("not found"), std::string::npos);
}

TEST_F(CatalogTable, WhatTheCatalogRatifiedWinsOverWhatIsPublished) {
  table_.commit(2, {info(300), add_line("imposter")});
  table_.put("_delta_log/00000000000000000001.00000000000000000002.compacted.json", TestTable::join({add_line("imposter"), add_line("one")}));
  EXPECT_EQ(files(2, {staged(2)}), (Texts{"one", "two"}));
}

TEST_F(CatalogTable, NothingAboveTheLatestVersionIsThere) {
  table_.commit(2, {info(300), add_line("two")});
  table_.commit(3, {info(400), add_line("unratified")});
  table_.put(kLastCheckpointPath, R"({"version":3,"size":1})");
  EXPECT_EQ(files(2, {staged(2)}), (Texts{"one", "two"}));
  EXPECT_EQ(files(2, {staged(2), inline_commit(3)}), (Texts{"one", "two"}));
  auto snapshot = Snapshot::open(store(2, {staged(2)}), std::nullopt, table_.environment);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_FALSE(snapshot->refresh().value());
}

TEST_F(CatalogTable, GapsAreRefused) {
  EXPECT_NE(files(3, {inline_commit(3)}).at(0).find("corrupt"), std::string::npos);
  EXPECT_NE(files(3, {staged(2)}).at(0).find("version 3 is the newest"), std::string::npos);
  auto gap = with_catalog_commits(table_.store, {5, {staged(2), inline_commit(4)}});
  ASSERT_FALSE(gap.ok());
  EXPECT_EQ(gap.error().kind(), ErrorKind::kInvalidArgument);
  auto twice = with_catalog_commits(table_.store, {5, {staged(2), inline_commit(2)}});
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().kind(), ErrorKind::kInvalidArgument);
  auto absent = with_catalog_commits(table_.store, {7, {staged(7)}});
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().kind(), ErrorKind::kNotFound);
}

TEST_F(CatalogTable, HistoryTimesAndChangesGoThroughTheCatalog) {
  auto log = store(3, {staged(2), inline_commit(3)});
  auto entries = history(log, std::nullopt, table_.environment);
  ASSERT_TRUE(entries.ok()) << entries.error().to_string();
  ASSERT_EQ(entries->size(), 4u);
  EXPECT_EQ(entries->front().timestamp_ms, 400);
  EXPECT_EQ(version_at(log, 350, table_.environment).value(), 2);
  auto feed = ChangeFeed::open(log, {2, 3, ChangeMode::kChanges}, table_.environment);
  ASSERT_TRUE(feed.ok()) << feed.error().to_string();
  auto two = feed->next();
  ASSERT_TRUE(two.ok() && *two);
  EXPECT_EQ((*two)->files.at(0).file.path, "two");
  auto three = feed->next();
  ASSERT_TRUE(three.ok() && *three);
  EXPECT_EQ((*three)->timestamp_ms, 400);
}

TEST_F(CatalogTable, CommitsMustHoldTheirTimes) {
  stage(2, {info(300), metadata_line()});
  EXPECT_NE(files(2, {staged(2)}).at(0).find("enableInCommitTimestamps"), std::string::npos);
}

TEST_F(CatalogTable, ItCannotBeWritten) {
  auto log = store(2, {staged(2)});
  EXPECT_EQ(log->put_if_absent(commit_path(3), "x").error().kind(), ErrorKind::kUnsupported);
  auto snapshot = Snapshot::open(log, std::nullopt, table_.environment);
  ASSERT_TRUE(snapshot.ok());
  auto committed = commit_append(*snapshot, {});
  ASSERT_FALSE(committed.ok());
  EXPECT_EQ(committed.error().kind(), ErrorKind::kUnsupported);
}

TEST(CatalogCommits, OtherTextsAreNone) {
  for (const char* text : {"", "7", "00000000000000000007.json", "../00000000000000000007.x.json", "x:{}", "7:", "7:x", "-1:{}"}) {
    auto parsed = parse_catalog_commit(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kInvalidArgument);
  }
}

}  // namespace
}  // namespace deltastream::delta
